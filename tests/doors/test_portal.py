"""The residents' door with a plain browser that runs no script."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from minsheng.core import commands as say
from minsheng.core.codes import State
from minsheng.ground import present
from minsheng.ground.vault import Person
from minsheng.respond import casework, intake, tries
from support.portal import AGENT, CALLER, DISPATCHER, REVIEWER, TEXT, filed, filled_in, replied, state_of

pytestmark = pytest.mark.db


@pytest.fixture
def client(house):
    from django.test import Client

    return Client()


def test_a_resident_files_reads_the_receipt_and_follows_the_order_in_another_browser(client) -> None:
    from django.test import Client

    no, code = filed(client)
    order = casework.view(no, CALLER)[1]
    assert (order.channel, order.state, order.reply_wanted) == ("web", State.RECEIVED, True)
    assert intake.code_fits(no, code)
    other = Client()
    page = other.post("/track", {"no": f" {no.lower()} ", "code": code.lower()}, follow=True)
    said = page.content.decode()
    assert page.redirect_chain == [(f"/my/{no}", 302)]
    assert "正在受理" in said
    assert "收到您的诉求" in said
    assert TEXT in said


def test_the_receipt_says_by_which_day_what_will_happen(client, monkeypatch) -> None:
    from datetime import UTC, datetime

    monkeypatch.setattr(present, "clock", [lambda: datetime(2026, 11, 23, 8, 0, tzinfo=UTC)])
    no, _ = filed(client)
    said = client.get(f"/my/{no}/receipt").content.decode()
    assert re.search(r"<strong>11月24日 周二 \d\d:\d\d前</strong>派给承办单位", said)
    assert re.search(r"<strong>12月1日 周二前</strong>答复您", said)


def test_pressing_submit_twice_files_one_order(client) -> None:
    draft = filled_in(client)
    first = client.post("/new/check", {"id": draft})
    second = client.post("/new/check", {"id": draft})
    assert first["Location"] == second["Location"]


def test_presses_that_overlap_file_one_order(client) -> None:
    from django.db import connections
    from django.test import Client

    draft = filled_in(client)

    def press(_: int) -> str:
        browser = Client()
        browser.cookies = client.cookies
        try:
            return browser.post("/new/check", {"id": draft})["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(press, range(4)))
    assert len(places) == 1
    assert places.pop().endswith("/receipt")


def test_a_question_left_empty_is_named_at_the_top_and_at_the_field_in_the_same_words(client) -> None:
    answer = client.post("/new/what", {"text": "  "})
    assert answer.status_code == 422
    assert answer.content.decode().count("请写明发生了什么事。") == 2


def test_a_wrong_telephone_number_is_named_and_everything_typed_stays(client) -> None:
    client.post("/new/what", {"text": TEXT})
    client.post("/new/where", {"unknown": "1"})
    answer = client.post("/new/reach", {"name": "王小明", "phone": "打我爱人电话", "reply": "no"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert said.count("电话里只能有数字") == 2
    assert "打我爱人电话" in said
    assert "王小明" in said


def test_going_back_keeps_what_was_typed(client) -> None:
    client.post("/new/what", {"text": TEXT})
    back = client.post("/new/where", {"address": "东大街", "back": "1"})
    assert back["Location"] == "/new/what"
    assert TEXT in client.get("/new/what").content.decode()
    assert "东大街" in client.get("/new/where").content.decode()


def test_a_later_question_waits_for_the_earlier_ones(client) -> None:
    assert client.get("/new/check")["Location"] == "/new/what"
    client.post("/new/what", {"text": TEXT})
    assert client.get("/new/reach")["Location"] == "/new/where"


def test_words_of_danger_show_the_number_before_anything_goes_on(client) -> None:
    text = "楼下着火了，烟很大"
    stopped = client.post("/new/what", {"text": text})
    said = stopped.content.decode()
    assert stopped.status_code == 200
    assert said.index('href="tel:119"') < said.index("<header")
    assert text in said
    assert client.post("/new/what", {"text": text, "seen": "119"})["Location"] == "/new/where"


def test_nothing_typed_and_no_code_stands_in_the_session_table(client) -> None:
    from django.contrib.sessions.models import Session

    filled_in(client)
    _no, code = filed(client, "另一件事：王小明家漏水")
    kept = str([s.get_decoded() for s in Session.objects.all()])
    assert "王小明" not in kept
    assert "13812345678" not in kept
    assert code not in kept


def test_the_code_stands_in_no_address(client) -> None:
    from django.test import Client

    no, code = filed(client)
    page = Client().post("/track", {"no": no, "code": code}, follow=True)
    assert all(code not in place for place, _ in page.redirect_chain)
    assert code not in re.findall(r'(?:href|action)="([^"]*)"', client.get(f"/my/{no}/receipt").content.decode())


def test_a_wrong_code_is_not_found_and_ten_wrong_ones_close_the_door_for_an_hour(client) -> None:
    from django.test import Client

    no, code = filed(client)
    other = Client()
    for _ in range(tries.LIMIT):
        answer = other.post("/track", {"no": no, "code": "AAAAAAAAAA"})
        assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()
    closed = other.post("/track", {"no": no, "code": code})
    assert closed.status_code == 429
    assert "一小时" in closed.content.decode()
    assert other.get(f"/my/{no}")["Location"] == f"/track?no={no}"


def test_an_order_that_this_browser_has_not_proven_cannot_be_acted_on(client) -> None:
    from django.test import Client

    no, _ = filed(client)
    for path in (f"/my/{no}", f"/my/{no}/receipt", f"/my/{no}/withdraw", f"/my/{no}/answer/start"):
        assert Client().post(path, {"detail": "x"})["Location"] == f"/track?no={no}"
    assert state_of(no) is State.RECEIVED


def test_a_withdrawal_can_be_taken_back_and_everything_goes_on(client) -> None:
    no, _ = filed(client)
    assert "可以反悔" in client.get(f"/my/{no}/withdraw").content.decode()
    said = client.post(f"/my/{no}/withdraw", {"grounds": ""}, follow=True).content.decode()
    assert state_of(no) is State.WITHDRAWN
    assert "您申请了撤回" in said
    assert "取消撤回，继续办理" in said
    again = client.post(f"/my/{no}/withdraw", {"grounds": ""})
    assert again.status_code == 409
    assert "考虑期内可以取消撤回" in again.content.decode()
    client.post(f"/my/{no}/continue")
    assert state_of(no) is State.RECEIVED


def test_a_nudge_is_seen_by_the_centre_and_can_be_given_once_a_day(client, monkeypatch) -> None:
    no, _ = filed(client)
    client.post(f"/my/{no}/nudge")
    assert casework.view(no, CALLER)[1].card == "nudge"
    assert f"/my/{no}/nudge" not in client.get(f"/my/{no}").content.decode()
    assert client.post(f"/my/{no}/nudge").status_code == 409
    later = present.now() + timedelta(hours=25)
    monkeypatch.setattr(present, "clock", [lambda: later])
    assert f"/my/{no}/nudge" in client.get(f"/my/{no}").content.decode()


def test_facts_asked_for_are_added_once_however_often_they_are_sent(client) -> None:
    no, _ = filed(client)
    casework.handle(no, say.AskDetail(question="是哪一栋楼？"), AGENT)
    said = client.get(f"/my/{no}").content.decode()
    assert "请您补充情况" in said
    assert "是哪一栋楼？" in said
    for _ in range(2):
        client.post(f"/my/{no}/detail", {"detail": "3号楼2单元"})
    assert state_of(no) is State.RECEIVED
    assert client.get(f"/my/{no}").content.decode().count("3号楼2单元") == 1


def test_the_page_names_the_unit_and_its_promise_but_no_account_of_staff(client) -> None:
    no, _ = filed(client)
    unit, _desk = replied(no)
    said = client.get(f"/my/{no}").content.decode()
    assert present.city().units[unit].name in said
    assert "上门前打电话" in said
    for by in (AGENT, REVIEWER, DISPATCHER):
        assert by.id not in said
    assert "desk-chen" not in said


def test_a_reply_is_read_only_after_the_centre_has_let_it_pass(client) -> None:
    no, _ = filed(client)
    replied(no)
    before = client.get(f"/my/{no}").content.decode()
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    after = client.get(f"/my/{no}").content.decode()
    assert "管道已修好" not in before
    assert "管道已修好" in after
    assert "内部情况" not in after
    assert "要您说了才算" in after


def answered(client, no: str, **answers: str):
    """Answer the call-back page by page; returns the last answer."""
    page = client.get(f"/my/{no}/answer/start", follow=True)
    for _ in range(6):
        place = page.redirect_chain[-1][0] if page.redirect_chain else ""
        if "/answer/" not in place:
            return page
        page = client.post(place, answers, follow=True)
    return page


def test_not_solved_leads_to_a_second_handling(client) -> None:
    no, _ = filed(client)
    _unit, desk = replied(no)
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    page = answered(client, no, solved="no", contacted="yes", pressed="no", opinion="还是不热", declined="")
    said = page.content.decode()
    assert state_of(no) is State.REWORKING
    assert "正在重新办理" in said
    assert "办结" not in said
    from minsheng.respond import reading

    unit_reads = str(reading.sheet(no, desk))
    assert "还是不热" not in unit_reads
    assert "called_back" not in unit_reads


def test_not_solved_but_declined_in_own_words_ends_without_being_called_solved(client) -> None:
    no, _ = filed(client)
    replied(no)
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    said = answered(client, no, solved="partly", contacted="no", pressed="no", declined="已经搬家").content.decode()
    order = casework.view(no, CALLER)[1]
    assert order.resolved is False
    if order.state is State.CLOSED:
        assert "没有解决，按您的意思停办" in said
    assert "已解决" not in said


@pytest.mark.parametrize(("grade", "state"), [("satisfied", State.CLOSED), ("dissatisfied", State.REWORKING)])
def test_solved_and_rated_closes_and_a_bad_grade_is_handled_again(client, grade, state) -> None:
    no, _ = filed(client)
    replied(no)
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    answered(client, no, solved="yes", contacted="yes", grade=grade, pressed="no", opinion="", declined="")
    assert state_of(no) is state


def test_a_closed_order_is_opened_again_with_reasons_only(client) -> None:
    no, _ = filed(client)
    replied(no)
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    answered(client, no, solved="yes", contacted="yes", grade="satisfied", pressed="no")
    assert "已解决，结案" in client.get(f"/my/{no}").content.decode()
    assert client.post(f"/my/{no}/reopen", {"grounds": ""}).status_code == 422
    said = client.post(f"/my/{no}/reopen", {"grounds": "又不热了"}, follow=True).content.decode()
    assert state_of(no) is State.REWORKING
    assert "您要求重新办理" in said


def test_a_code_of_this_city_opens_no_order_that_does_not_exist(client) -> None:
    no = "AY20260101999999"
    assert client.post("/track", {"no": no, "code": intake.code_of(no)}).status_code == 404


def test_what_a_resident_writes_is_shown_as_words_and_never_as_markup(client) -> None:
    no, _ = filed(client, "<script>alert(1)</script>路灯不亮")
    said = client.get(f"/my/{no}").content.decode()
    assert "&lt;script&gt;" in said
    assert "<script" not in said


def test_clearing_the_device_forgets_orders_and_drafts(client) -> None:
    no, _ = filed(client)
    client.post("/new/what", {"text": "没写完的事"})
    client.post("/leave")
    assert client.get(f"/my/{no}")["Location"] == f"/track?no={no}"
    assert "没写完的事" not in client.get("/new/what").content.decode()


def test_a_secret_request_without_name_is_taken_as_such(client) -> None:
    client.post("/new/what", {"text": "某单位乱收费"})
    client.post("/new/where", {"unknown": "1"})
    shown = client.post("/new/reach", {"reply": "no", "secret": "1"}, follow=True).content.decode()
    draft = re.search(r'name="id" value="([^"]+)"', shown)[1]
    no = client.post("/new/check", {"id": draft})["Location"].split("/")[2]
    order = casework.view(no, CALLER)[1]
    assert (order.secret, order.anonymous, order.reply_wanted) == (True, True, False)


def test_a_request_filed_elsewhere_is_followed_by_the_same_code(client) -> None:
    receipt = intake.receive(intake.Request(text="路灯不亮", person=Person("李", "13900000000"), channel="web"))
    said = client.post("/track", {"no": receipt.no, "code": receipt.code}, follow=True).content.decode()
    assert "路灯不亮" in said


def test_every_state_and_every_ending_has_plain_words_and_only_the_resident_calls_it_solved() -> None:
    from minsheng.core.codes import Closing
    from minsheng.doors.portal import progress
    from minsheng.respond import reading

    assert set(progress._SAID) == {s for s in State if s.open}
    assert set(progress._ENDED) == set(Closing) - {Closing.CALLED_BACK}
    for headline, says in (*progress._SAID.values(), *progress._ENDED.values()):
        assert "办结" not in f"{headline}{says}"
        assert not re.search(r"(?<!没有)(?<!不等于问题)已经?解决", str(headline))
    told = set(progress._TITLES) | set(progress._TOLD) | {"revealed"}
    assert told >= reading._RESIDENT_EVENTS


def test_an_order_past_the_time_to_appeal_points_to_a_new_request(client, monkeypatch) -> None:
    no, _ = filed(client)
    replied(no)
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    answered(client, no, solved="yes", contacted="yes", grade="satisfied", pressed="no")
    later = present.now() + timedelta(days=60)
    monkeypatch.setattr(present, "clock", [lambda: later])
    said = client.get(f"/my/{no}").content.decode()
    assert "请提交新的诉求" in said
    assert f"/my/{no}/reopen" not in said


def test_a_rating_that_the_caller_left_to_the_resident_asks_for_the_grade_alone(client) -> None:
    from minsheng.core.codes import Told

    no, _ = filed(client)
    replied(no)
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    casework.handle(no, say.CallBack(contacted=True, resolved=True, rating_by=Told.WEB), CALLER)
    assert "请您评价" in client.get(f"/my/{no}").content.decode()
    assert client.get(f"/my/{no}/answer/start")["Location"] == f"/my/{no}/answer/grade"
    client.post(f"/my/{no}/answer/grade", {"grade": "satisfied"})
    order = casework.view(no, CALLER)[1]
    assert (order.state, order.resolved) == (State.CLOSED, True)
