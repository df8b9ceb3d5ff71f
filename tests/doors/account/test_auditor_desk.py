"""The auditor's desk: draws, looks that leave a trace, sheets and records taken in, the box handed over."""

from __future__ import annotations

import base64
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile

from minsheng.account.audit import store
from minsheng.account.ballots import open_box
from minsheng.core.codes import Role
from minsheng.ground import present
from minsheng.ground.access import sight
from support.audit import AFTER, AUDITOR, CLOSED, OCTOBER, closed, county, lake_of_the_house, received, sign_a_head
from support.staff import browser, text

pytestmark = pytest.mark.db


@pytest.fixture
def times(house, monkeypatch) -> list:
    """The house's clock, to be put forward."""
    moments = [CLOSED]
    monkeypatch.setattr(present, "clock", [lambda: moments[-1]])
    return moments


@pytest.fixture
def auditor(times):
    return browser(Role.AUDITOR)


@pytest.fixture
def drawn(times, auditor) -> str:
    """The address of a re-call of six orders that was drawn."""
    for n in range(6):
        closed(f"1380000000{n}", resolved=n != 5)
    times.append(AFTER)
    lake_of_the_house()
    asked = {"month": OCTOBER, "unit": "", "suspected": "30", "reached": "80"}
    address = auditor.post("/staff/audit/recalls", asked).headers["Location"]
    assert "待抽取" in text(auditor.get(address))
    assert "还没有签发新的树头" in text(auditor.post(f"{address}/do", {"command": "draw"}))
    times.append(AFTER.replace(hour=1))
    received()
    sign_a_head()
    assert auditor.post(f"{address}/do", {"command": "draw"}).status_code == 302
    return address


def orders_on(page) -> list[str]:
    return re.findall(r'id="o-([^"]+)"', page.content.decode())


def test_answers_are_entered_and_compared_with_the_record(auditor, drawn) -> None:
    orders = orders_on(auditor.get(drawn))
    assert len(orders) == 6
    for order in orders:
        auditor.post(f"{drawn}/do", {"command": "answer", "order": order, "said": "no"})
    page = text(auditor.get(drawn))
    assert "记录在区间之外" in page
    assert "还有 0 件没有填写" in page
    refused = auditor.post(f"{drawn}/do", {"command": "answer", "order": orders[0], "said": ""})
    assert (refused.status_code, "请选择回答" in text(refused)) == (409, True)


def test_a_number_is_shown_once_and_the_look_stays(auditor, drawn) -> None:
    order = orders_on(auditor.get(drawn))[0]
    shown = auditor.post(f"{drawn}/do", {"command": "reveal", "order": order})
    assert re.search(r"1380000000\d", text(shown))
    page = text(auditor.get(drawn))
    assert not re.search(r"1380000000\d", page)
    assert "查看号码 1 次" in page


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.QUALITY, Role.LEADER, Role.UNIT_HEAD, Role.ADMINISTRATOR])
def test_nobody_else_gets_to_the_desk(house, role) -> None:
    client = browser(role, county() if role is Role.UNIT_HEAD else None)
    for address in ("/staff/audit", "/staff/audit/recalls/FF2611-01", "/staff/audit/orders/X"):
        assert client.get(address).status_code == 403
    for address in ("recalls", "mystery", "carrier", "box", "recalls/FF2611-01/do"):
        assert client.post(f"/staff/audit/{address}", {}).status_code == 403


def test_inspection_reads_along_and_touches_nothing(drawn) -> None:
    inspector = browser(Role.INSPECTOR)
    page = inspector.get(drawn)
    assert page.status_code == 200
    assert "查看号码</button>" not in page.content.decode()
    order = orders_on(page)[0]
    assert inspector.post(f"{drawn}/do", {"command": "reveal", "order": order}).status_code == 403


def test_an_auditor_edits_no_order_and_reads_none_through_the_desks(auditor, times) -> None:
    no = closed("13800000001")
    assert auditor.get(f"/staff/orders/{no}").status_code == 403
    assert auditor.post(f"/staff/orders/{no}/do", {"command": "give_card"}).status_code in (403, 404)


def test_the_path_of_an_order_shows_no_words_and_leaves_a_trace(auditor, times) -> None:
    no = closed("13800000001", text="王芳家的路灯不亮")
    lake_of_the_house()
    page = text(auditor.get(f"/staff/audit/orders/{no}?of=HC2610-01"))
    assert "派单" in page
    assert "王芳" not in page
    assert "13800000001" not in page
    with sight(AUDITOR):
        (look,) = store.steps(kinds=[store.CaseKind.LOOK])
    assert (look.data, look.by) == ({"order": no, "why": "HC2610-01"}, "auditor-centre")
    assert auditor.get("/staff/audit/orders/AY1").status_code == 404


def test_a_plan_is_handed_out_once_as_a_sheet_and_comes_back(auditor, times) -> None:
    asked = {"since": "2026-10-20", "days": "1", "share": "1", "count": "3"}
    answer = auditor.post("/staff/audit/mystery", asked)
    sheet = answer.content.decode().removeprefix("\ufeff").splitlines()
    assert len(sheet) == 4
    address = re.search(r"/staff/audit/mystery/AF\d+-\d+", auditor.get("/staff/audit").content.decode())
    assert address is not None
    assert "封存中" in text(auditor.get(address.group()))
    received("13811112222")
    filled = [sheet[0], sheet[1][:-3] + ",2026-10-20T10:00:00+08:00,13811112222,", *sheet[2:]]
    bad = SimpleUploadedFile("a.csv", "\n".join(sheet).replace("1,2026", "7,2026", 1).encode())
    refused = auditor.post(f"{address.group()}/sheet", {"file": bad})
    assert (refused.status_code, "原有的结果不变" in text(refused)) == (422, True)
    auditor.post(f"{address.group()}/sheet", {"file": SimpleUploadedFile("a.csv", "\n".join(filled).encode())})
    page = text(auditor.get(address.group()))
    assert "0 / 1 没有登记" in page
    assert "97.5 %" in page


def test_a_plan_with_a_senseless_share_is_refused_with_all_that_was_typed(auditor) -> None:
    answer = auditor.post("/staff/audit/mystery", {"since": "2026-10-20", "days": "30", "share": "100", "count": ""})
    assert (answer.status_code, "请填 0 与 100 之间的百分数" in text(answer)) == (422, True)
    assert 'value="2026-10-20"' in answer.content.decode()


def test_records_are_taken_in_and_a_bad_file_says_what_to_put_right(auditor, times) -> None:
    received("13811112222")
    rows = "time,caller,seconds,answered\n2026-10-20 09:58:00,13811112222,180,是\n2026-10-20 09:59:00,13900001234,60,是"
    good = SimpleUploadedFile("a.csv", rows.encode())
    address = auditor.post("/staff/audit/carrier", {"file": good}).headers["Location"]
    page = text(auditor.get(address))
    assert "有通话、没有回执 1" in page
    assert "1234" in page
    assert "13900001234" not in page
    bad = auditor.post("/staff/audit/carrier", {"file": SimpleUploadedFile("b.csv", rows.replace("60", "x").encode())})
    assert (bad.status_code, "第 3 行：通话时长是“x”" in text(bad)) == (422, True)
    assert "请选择一个不超过 20 MB" in text(auditor.post("/staff/audit/carrier", {}))


def test_the_box_opens_for_the_auditors_key_alone_and_its_handing_over_stays(auditor, times) -> None:
    closed()
    private = X25519PrivateKey.generate()
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    answer = auditor.post("/staff/audit/box", {"key": public})
    answers, ballots = open_box(private.private_bytes_raw(), answer.content)
    assert (len(answers), ballots) == (1, [])
    assert "MP2610-01" in text(auditor.get("/staff/audit"))
    refused = auditor.post("/staff/audit/box", {"key": "不是公钥"})
    assert (refused.status_code, "这不是公钥" in text(refused)) == (422, True)
