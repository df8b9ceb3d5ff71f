"""Carriers' records: answered calls beside the telephone channel's receipts, however the carrier names the caller."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from minsheng.account.audit import BadFile, NoCase, carrier
from minsheng.core import Forbidden, Refused
from minsheng.ground.vault import phone_digest
from support.audit import AUDITOR, CLOSED, INSPECTOR, SUPERVISOR, received

pytestmark = pytest.mark.db

HEAD = "应答时间,主叫号码,通话时长,是否接通"
PHONES = ("13811112222", "13833334444")


@pytest.fixture
def orders(clock) -> list[str]:
    """Two orders by telephone and one from the web, all at the house's present."""
    return [*(received(phone) for phone in PHONES), received("13877778888", channel="web")]


def line(caller: str, minute: float = -2, seconds: int = 180, answered: str = "是") -> str:
    at = CLOSED + timedelta(minutes=minute)
    return f"{at.isoformat()},{caller},{seconds},{answered}"


def file(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *lines]).encode()


@pytest.mark.parametrize(
    "written", [str, lambda p: f"{p[:3]} {p[3:7]} {p[7:]}", lambda p: p[-4:], lambda p: phone_digest(p).hex()]
)
def test_calls_find_their_receipts_by_number_last_digits_or_digest(orders, written) -> None:
    content = file(*(line(written(p)) for p in PHONES), line(written("13999990000")))
    found = carrier.reconcile(content, AUDITOR).data
    assert (found["matched"], found["gaps"], found["alone"]) == (2, 1, 0)
    assert [g["line"] for g in found["gap_list"]] == [4]


def test_a_call_without_a_receipt_and_a_receipt_without_a_call_are_listed(orders) -> None:
    found = carrier.reconcile(file(line(PHONES[0]), line("13999990000")), AUDITOR).data
    assert found["gap_list"][0]["tail"] == "0000"
    assert found["alone_list"] == [orders[1]]


def test_unanswered_and_very_short_calls_need_no_receipt(orders) -> None:
    content = file(line(PHONES[0]), line("13999990000", answered="否"), line("13999990001", seconds=5))
    found = carrier.reconcile(content, AUDITOR).data
    assert (found["calls"], found["answered"], found["short"], found["gaps"]) == (3, 2, 1, 0)


def test_a_number_that_called_twice_needs_two_receipts(orders) -> None:
    found = carrier.reconcile(file(line(PHONES[0]), line(PHONES[0], minute=-1)), AUDITOR).data
    assert (found["matched"], found["gaps"]) == (1, 1)


def test_no_telephone_number_of_the_file_is_kept(orders, house) -> None:
    carrier.reconcile(file(line(PHONES[0]), line("13999990000")), AUDITOR)
    with psycopg.connect(house.conninfo("superuser")) as database:
        kept = database.execute("SELECT string_agg(data::text, '') FROM account_step").fetchone()
    assert kept is not None
    assert "13999990000" not in kept[0]
    assert PHONES[0] not in kept[0]


def test_files_of_older_switchboards_are_read_in_their_own_encoding(orders) -> None:
    content = "\n".join([HEAD, line(PHONES[0])]).encode("gb18030")
    assert carrier.reconcile(content, AUDITOR).data["matched"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "表头里没有“time”一列"),
        (file("x,1,2", head="time,caller,seconds"), "没有“answered”"),
        (file("2026-10-20 10:00:00,13811112222,3分钟,是"), "第 2 行：通话时长是“3分钟”"),
        (file("昨天,13811112222,30,是"), "时间“昨天”看不懂"),
        (file("2026-10-20 10:00:00,13811112222,30,也许"), "请写是或否"),
        (file("2026-10-20 10:00:00,不详,30,是"), "主叫“不详”看不懂"),
        (file("2026-10-20 10:00:00,13811112222,30,否"), "没有一通接通"),
        (file("2026-10-20 10:00:00,13811112222,30,是", "2026-10-20 10:00:00,2222,30,是"), "统一成一种"),
        (b"\xff\xfe\x00\x01", "编码"),
    ],
)
def test_a_bad_file_gets_a_clear_sentence_and_loses_nothing(orders, content, sentence) -> None:
    kept = carrier.reconcile(file(line(PHONES[0])), AUDITOR)
    with pytest.raises(BadFile, match=sentence):
        carrier.reconcile(content, AUDITOR)
    assert [r.no for r in carrier.all_records(AUDITOR)] == [kept.no]


def test_the_same_file_is_not_reckoned_twice(orders) -> None:
    first = carrier.reconcile(file(line(PHONES[0])), AUDITOR)
    with pytest.raises(Refused, match=first.no):
        carrier.reconcile(file(line(PHONES[0])), AUDITOR)


def test_only_the_auditor_brings_records_and_only_inspection_reads_along(orders) -> None:
    with pytest.raises(Forbidden):
        carrier.reconcile(file(line(PHONES[0])), SUPERVISOR)
    no = carrier.reconcile(file(line(PHONES[0])), AUDITOR).no
    assert carrier.records(no, INSPECTOR).data["matched"] == 1
    with pytest.raises(NoCase):
        carrier.records(no, SUPERVISOR)
