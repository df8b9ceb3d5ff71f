"""Signs of what is not in the lake: stock replies, contacts, ballots, views, carriers' records, and the files that
bring them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minsheng.account.gaming import (
    BadTable,
    Beside,
    CallMade,
    CallReceived,
    Recall,
    Reply,
    UnitBallots,
    View,
    ballots,
    beside_of,
    contact,
)
from minsheng.account.gaming.beside import TABLES
from minsheng.account.gaming.cases import Cases, leads
from minsheng.account.gaming.copies import cases as stock
from minsheng.account.gaming.copies import likeness, shingles

STOCK = "您反映的问题我单位高度重视，已按规定办理完毕，感谢您的监督与支持。"
DONE = "已于当日更换主管道三十米，夜间恢复供水，已电话告知。"


def test_words_sent_about_many_matters_are_stock_whoever_sent_them_and_those_that_say_what_was_done_are_not() -> None:
    replies = [Reply(f"u{i % 2}", f"{i}", f"0{i}00", "solved", STOCK) for i in range(4)]
    changed = Reply("a", "5", "0400", "solved", STOCK.replace("感谢", "谢谢"))
    own = [Reply("b", f"b{i}", f"0{i % 3}00", "solved", DONE) for i in range(6)]
    found = stock([*replies, changed, *own], matters=5)
    assert found.hit.tolist() == 5 * [True] + 6 * [False]
    assert not stock([*replies, *own], matters=5).hit.any()


def test_only_replies_that_say_solved_have_to_say_what_was_done() -> None:
    assert not len(stock([Reply("a", str(i), f"0{i}00", "not_now", STOCK) for i in range(9)]).unit)


def test_a_unit_that_sends_stock_replies_is_a_lead_among_units_that_send_few() -> None:
    rng = np.random.default_rng(4)
    replies = []
    for i in range(4000):
        unit = f"u{i % 20:02d}"
        lazy = rng.random() < (0.3 if unit == "u07" else 0.03)
        place, metres = rng.integers(1000, 9999, 2)
        text = STOCK if lazy else f"已在{place}号门前更换井盖，加固路面{metres}米。"
        replies.append(Reply(unit, f"{i}", f"{i % 12:02d}00", "solved", text))
    found = leads("copied", stock(replies))
    assert [lead.unit for lead in found if lead.stands] == ["u07"]


def test_likeness_is_one_of_the_same_and_none_of_others() -> None:
    assert likeness(shingles("一二三四"), shingles(" 一二 三四")) == 1
    assert likeness(shingles("一二三四"), shingles("五六七八")) == 0


def test_answers_that_turn_good_right_after_a_visit_show_and_good_units_do_not() -> None:
    rng = np.random.default_rng(1)
    unit = np.repeat([f"u{i:02d}" for i in range(15)], 200)
    good = rng.random(3000) < np.where(unit == "u14", 0.97, 0.5)
    early = rng.random(3000) < 0.2
    forced = (unit == "u03") & ~good & (rng.random(3000) < 0.7)
    order = np.arange(3000).astype(str)
    found = contact.leads(Cases(unit, good | forced, np.full(3000, ""), order), early | forced)
    by_unit = {lead.unit: lead for lead in found}
    assert [lead.unit for lead in found if lead.stands] == ["u03"]
    assert by_unit["u14"].p > 0.01
    assert set(by_unit["u03"].orders) == set(order[(unit == "u03") & (early | forced) & (good | forced)])


def test_chances_after_contact_are_even_at_honest_units() -> None:
    rng = np.random.default_rng(2)
    unit = np.repeat([f"u{i:03d}" for i in range(400)], 150)
    cases = Cases(unit, rng.random(60000) < 0.6, np.full(60000, ""), np.arange(60000).astype(str))
    p = contact.chances(contact.split(cases, rng.random(60000) < 0.3)).mid
    assert 0.03 <= (p <= 0.05).mean() <= 0.07


def test_more_satisfied_than_its_resolved_share_explains_is_a_lead_and_good_work_is_none() -> None:
    rng = np.random.default_rng(3)
    told = []
    for i in range(30):
        share = 0.95 if i == 29 else rng.uniform(0.6, 0.85)
        resolved = int(rng.binomial(400, share))
        satisfied = int(rng.binomial(resolved, 0.95) + rng.binomial(400 - resolved, 0.2))
        told.append(UnitBallots(f"u{i:02d}", 400, satisfied + (50 if i == 4 else 0), 400, resolved))
    found = {lead.unit: lead for lead in ballots.leads(told)}
    assert found["u04"].stands
    assert not found["u29"].stands
    assert found["u04"].orders == ()


def test_each_record_is_the_case_that_it_is() -> None:
    brought = Beside(
        views=[View("a", "1", True), View("a", "1", False)],
        calls_made=[CallMade("a", f"{n}", 5 if n == 1 else 60, "same", f"asked{n}") for n in (1, 2, 3)]
        + [CallMade("a", f"{n}", 60, "own", "own") for n in (4, 5, 6)],
        calls_received=[CallReceived("a", "7", False), CallReceived("a", "8", True)],
        recalls=[Recall("a", "1", True, False), Recall("a", "2", False, False), Recall("a", "3", True, True)],
    )
    hits = {name: cases(brought).hit.tolist() for name, (_, _, cases) in TABLES.items()}
    assert hits["viewed_by_others"] == [False, True]
    assert hits["short_call"] == [True] + 5 * [False]
    assert hits["one_number_for_many"] == 3 * [True] + 3 * [False]
    assert hits["never_entered"] == [True, False]
    assert hits["recall_contradicts"] == [True, False]


@pytest.mark.parametrize("name", list(TABLES))
def test_each_record_finds_the_unit_that_games_and_no_honest_one(name: str) -> None:
    rng = np.random.default_rng(5)
    lists: dict[str, list[object]] = {n: [] for n in ("views", "calls_made", "calls_received", "recalls")}
    for i in range(4000):
        unit = f"u{i % 20:02d}"
        bad = bool(rng.random() < (0.25 if unit == "u07" else 0.02))
        lists["views"].append(View(unit, f"{i}", not bad))
        number = f"{unit} helper" if bad and unit == "u07" else f"{i}"
        lists["calls_made"].append(CallMade(unit, f"{i}", 5 if bad else 60, number, f"{i}"))
        lists["calls_received"].append(CallReceived(unit, f"{i}", not bad))
        lists["recalls"].append(Recall(unit, f"{i}", True, not bad))
    found = leads(name, TABLES[name][2](Beside(**lists)))  # type: ignore[arg-type]
    assert [lead.unit for lead in found if lead.stands] == ["u07"]


def test_files_beside_are_read_as_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "views.csv").write_text("order,unit,has_part\n7,a,否\n8,a,yes\n", "utf-8")
    (tmp_path / "calls_made.csv").write_text("unit,order,seconds,number,asked_by\na,7,12,x,y\n", "utf-8-sig")
    (tmp_path / "listed.csv").write_text("order\n7\n9\n", "utf-8")
    found = beside_of(tmp_path)
    assert found.views == [View("a", "7", False), View("a", "8", True)]
    assert found.calls_made == [CallMade("a", "7", 12, "x", "y")]
    assert found.listed == ["7", "9"]
    assert found.recalls == ()


@pytest.mark.parametrize(
    ("name", "written", "words"),
    [
        ("views.csv", "unit,order\na,7\n", "no column has_part"),
        ("views.csv", "unit,order,has_part\na,7,maybe\n", "line 2: has_part is 'maybe'"),
        ("views.csv", "unit,order,has_part\n,7,yes\n", "line 2: unit is empty"),
        ("calls_made.csv", "unit,order,seconds,number,asked_by\na,7,long,x,y\n", "line 2: seconds is 'long'"),
        ("watches.csv", "unit\na\n", "no list that a sign rests on"),
        ("notes.txt", "", "holds none of"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_in_one_sentence(
    tmp_path: Path, name: str, written: str, words: str
) -> None:
    (tmp_path / name).write_text(written, "utf-8")
    with pytest.raises(BadTable, match=words):
        beside_of(tmp_path)
