"""What a release tells and what it keeps to itself: exact figures of the city, nobody singled out, no words."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from account.releases.cases import case_of
from account.releases.world import (
    BEGINS,
    MONTHS,
    ORIGIN,
    PLANTED,
    World,
    house_leaf,
    manifest_leaf,
    policy,
    signed,
    world,
)
from minsheng.account.log.tiles import in_folder
from minsheng.account.log.writer import Log
from minsheng.account.releases import (
    STANDARD,
    Fault,
    Held,
    Memory,
    NothingToRelease,
    Opening,
    Receipt,
    Released,
    Report,
    Terms,
    publish,
    verify,
)
from minsheng.account.releases.lines import ORDERS
from minsheng.account.releases.tally import POOL, WHOLE_CITY
from minsheng.core.ledger import Group, LeafKind, Outcome
from minsheng.core.ledger.leaf import opened


@pytest.fixture(scope="module")
def honest(tmp_path_factory) -> World:
    return world(tmp_path_factory.mktemp("w") / "w", random.Random(5), 260)


def check(made: World, number: int, **more) -> Report:
    return verify(in_folder(made.log), (made.log / "checkpoint").read_bytes(), policy(), made.releases[number], **more)


def leaves_of(made: World, number: int) -> list[dict]:
    with gzip.open(made.releases[number]) as file:
        return [json.loads(line) for line in file][1:-1]


def remade(leaves: list[Held], month: str = MONTHS[0], memory: Memory | None = None) -> tuple[Released, bytes]:
    to = io.BytesIO()
    return publish(leaves, Terms("example", ORIGIN, month), memory or Memory(), to), to.getvalue()


def truly(made: World, upto: int, cohort: str) -> Counter[str]:
    """Where the orders of a cohort stand by the leaves that the centre holds, counted without any release."""
    standing: Counter[str] = Counter()
    for each in [each for part in made.ranges[: upto + 1] for each in part if each.leaf.kind in ORDERS]:
        move = each.groups[Group.MOVE]
        assert isinstance(move, Opening)
        if move.fields["cohort"] == cohort:
            standing[str(move.fields["to"])] += 1
            if move.fields["from"] is not None:
                standing[str(move.fields["from"])] -= 1
    return +standing


@pytest.mark.parametrize("number", range(3))
def test_the_figures_of_the_city_are_those_of_all_its_orders(honest, number) -> None:
    report = check(honest, number)
    for cohort in {str(row[0]) for row in report.rates if row[2] == "resolved_gross"}:
        (row,) = [row for row in report.rates if row[:3] == [cohort, WHOLE_CITY, "resolved_gross"]]
        true = truly(honest, number, cohort)
        apart = true[Outcome.OPEN] + true[Outcome.MERGED]
        assert row[3:] == [true[Outcome.RESOLVED], true.total() - apart, apart]


def test_agencies_and_the_unnamed_make_the_city(honest) -> None:
    report = check(honest, 2)
    whole = {(row[0], row[2]): row[3:] for row in report.rates if row[1] == WHOLE_CITY}
    for (cohort, metric), city in whole.items():
        parts = [row[3:] for row in report.rates if (row[0], row[2]) == (cohort, metric) and row[1] != WHOLE_CITY]
        assert [sum(column) for column in zip(*parts, strict=True)] == city


def test_nobodys_words_are_in_any_public_byte(honest) -> None:
    files = [*honest.releases, *(path for path in honest.log.rglob("*") if path.is_file())]
    for file in files:
        content = file.read_bytes()
        shown = gzip.decompress(content) if file.suffix == ".gz" else content
        assert PLANTED.encode() not in shown
        assert json.dumps(PLANTED)[1:-1].encode() not in shown


@pytest.mark.parametrize("number", range(3))
def test_whoever_is_named_has_ten_orders_and_so_have_the_unnamed(honest, number) -> None:
    memory = honest.memories[number]
    sizes = {key: row[8] for key, row in memory.closing.tally.counts.items()}
    for cohort in {key[0] for key in sizes}:
        named = [size for key, size in sizes.items() if key[0] == cohort and key[1] != POOL]
        assert all(size >= 10 for size in named)
        assert not named or sizes[cohort, POOL] >= 10


@pytest.mark.parametrize("number", range(3))
def test_every_cell_of_matter_or_place_that_is_opened_has_ten_orders_by_then(honest, number) -> None:
    orders: dict[tuple[str, ...], set[str]] = {}
    for each in [each for part in honest.ranges[: number + 1] for each in part if each.leaf.kind in ORDERS]:
        fields = [piece.fields for piece in each.groups if isinstance(piece, Opening)]
        cell = (
            str(fields[0]["cohort"]),
            str(fields[2]["agency"]),
            str(fields[3]["category"]),
            str(fields[3]["channel"]),
        )
        for key in (cell, (*cell, *(str(fields[4][name]) for name in ("street", "category", "week")))):
            orders.setdefault(key, set()).add(each.order)
    for line in leaves_of(honest, number):
        groups = [group[1] if len(group) == 2 else None for group in line["g"]]
        if line["k"] <= 5 and groups[3]:
            cell = (groups[0]["cohort"], groups[2]["agency"], groups[3]["category"], groups[3]["channel"])
            assert len(orders[cell]) >= 10
            if groups[4]:
                assert len(orders[(*cell, *(groups[4][name] for name in ("street", "category", "week")))]) >= 10


def test_much_is_opened_all_the_same(honest) -> None:
    lines = [line for number in range(3) for line in leaves_of(honest, number) if line["k"] <= 5]
    assert sum(len(line["g"][2]) == 2 for line in lines) > 0.5 * len(lines)
    assert any(len(line["g"][3]) == 2 for line in lines)


def erased(each: Held) -> Held:
    """A leaf of which only the anonymous openings are left."""
    pieces = [
        opened(i, piece.salt, piece.fields) if isinstance(piece, Opening) and i >= Group.MATTER else piece
        for i, piece in enumerate(each.groups)
    ]
    return replace(each, groups=tuple(pieces))


def test_erased_orders_change_no_rate_and_open_neither_matter_nor_place(honest) -> None:
    gone = {each.order for each in honest.ranges[0] if each.order and int(each.order[1:]) % 3 == 0}
    left = [erased(each) if each.order in gone else each for each in honest.ranges[0]]
    before, after = (
        [json.loads(line) for line in gzip.decompress(remade(leaves)[1]).splitlines()]
        for leaves in (honest.ranges[0], left)
    )
    assert gone
    assert after[-1]["rates"] == before[-1]["rates"]
    assert after[-1]["closing"] == before[-1]["closing"]
    for each, line in zip(left, after[1:-1], strict=True):
        assert each.order not in gone or all(len(group) == 1 for group in line["g"][3:])


def test_a_leaf_whose_move_cannot_be_opened_stops_the_release(honest) -> None:
    leaves = [each if each.order != "N3" else replace(each, groups=(bytes(32),) * 6) for each in honest.ranges[0]]
    with pytest.raises(NothingToRelease, match="lost the opening"):
        remade(leaves)


def test_the_same_leaves_make_the_same_bytes(honest) -> None:
    assert remade(honest.ranges[0])[1] == remade(honest.ranges[0])[1] == honest.releases[0].read_bytes()


def test_the_order_of_leaves_within_a_batch_changes_no_figure(honest) -> None:
    shuffled = list(honest.ranges[0])
    random.Random(7).shuffle(shuffled)
    shuffled.sort(key=lambda each: each.leaf.kind is not LeafKind.METRIC)
    before, after = (
        json.loads(gzip.decompress(remade(leaves)[1]).splitlines()[-1]) for leaves in (honest.ranges[0], shuffled)
    )
    assert after["rates"] == before["rates"]


def test_what_is_kept_for_the_next_release_is_left_as_it_was(honest) -> None:
    first = remade(honest.ranges[0])[0].memory
    kept = (first.true.rows, first.closing.state, set(first.named), {cell: set(o) for cell, o in first.arrived.items()})
    remade(honest.ranges[1], MONTHS[1], first)
    assert (first.true.rows, first.closing.state, first.named, first.arrived) == kept


def test_a_release_follows_the_one_before_and_no_other(honest) -> None:
    assert check(honest, 1, previous=honest.releases[0]).month == MONTHS[1]
    with pytest.raises(Fault, match="not the one that this release names"):
        check(honest, 2, previous=honest.releases[0])


def test_metrics_that_were_not_defined_before_the_month_are_said_to_be_late(honest) -> None:
    day = BEGINS[0] + timedelta(days=2)
    late = [house_leaf(LeafKind.METRIC, day, dict(each.fields), bytes([at] * 32)) for at, each in enumerate(STANDARD)]
    leaves = [*late, *(each for each in honest.ranges[0] if each.leaf.kind is not LeafKind.METRIC)]
    lines = gzip.decompress(remade(leaves)[1]).splitlines()
    assert json.loads(lines[-1])["late"] is True
    assert json.loads(gzip.decompress(honest.releases[0].read_bytes()).splitlines()[-1])["late"] is False


def test_of_late_definitions_the_first_hold_and_not_those_chosen_after(honest) -> None:
    day = BEGINS[0] + timedelta(days=2)
    changed = replace(STANDARD[1], version=2, left_out=())
    late = [house_leaf(LeafKind.METRIC, day, dict(each.fields), bytes([at] * 32)) for at, each in enumerate(STANDARD)]
    after = house_leaf(LeafKind.METRIC, BEGINS[1], dict(changed.fields), bytes([99] * 32))
    leaves = [*late, *(each for each in honest.ranges[0] if each.leaf.kind is not LeafKind.METRIC), after]
    assert remade(leaves)[0].size
    with pytest.raises(NothingToRelease, match="resolved_net"):
        publish(
            leaves,
            Terms("example", ORIGIN, MONTHS[0], metrics=[*STANDARD[:1], changed, *STANDARD[2:]]),
            Memory(),
            io.BytesIO(),
        )


def test_a_definition_of_the_last_month_holds_for_the_next_and_not_for_its_own(tmp_path) -> None:
    made = world(tmp_path / "w", random.Random(3), 40, months=1)
    changed = replace(STANDARD[0], version=2, meaning="In other words.")
    new = house_leaf(LeafKind.METRIC, BEGINS[1] - timedelta(days=2), dict(changed.fields), bytes(32))
    counter = made.ranges[0].pop()
    first = remade([*made.ranges[0], new, counter])[0]
    manifest = manifest_leaf(first.manifest, BEGINS[1])
    terms = Terms("example", ORIGIN, MONTHS[1], metrics=[changed, *STANDARD[1:]])
    assert publish([manifest], terms, first.memory, io.BytesIO()).size
    with pytest.raises(NothingToRelease, match="on_time"):
        publish([manifest], replace(terms, metrics=STANDARD), first.memory, io.BytesIO())


def test_a_receipt_is_kept_by_the_leaf_that_it_promises(honest) -> None:
    intake = next(each for each in honest.ranges[1] if each.leaf.kind is LeafKind.INTAKE)
    other = next(each for each in honest.ranges[0] if each.leaf.kind is LeafKind.OUTCOME)
    for number in range(3):
        place = check(honest, number, receipt=Receipt(intake.leaf.commitment, intake.leaf.day)).receipt
        assert place is not None
        assert honest.leaves[place] == intake
    with pytest.raises(Fault, match="no leaf of the receipt"):
        check(honest, 0, receipt=Receipt(bytes(32), intake.leaf.day))
    with pytest.raises(Fault, match="not an intake"):
        check(honest, 0, receipt=Receipt(other.leaf.commitment, other.leaf.day))
    with pytest.raises(Fault, match="not an intake"):
        check(honest, 1, receipt=Receipt(intake.leaf.commitment, intake.leaf.day - timedelta(days=3)))


def test_the_release_is_told_to_be_committed_to_once_the_log_has_its_leaf(honest) -> None:
    assert check(honest, 0).manifest == len(honest.ranges[0])
    assert check(honest, 2).manifest is None
    assert "the log does not commit to the file yet" in check(honest, 2).text


def test_a_log_that_went_on_still_holds_the_release(honest, tmp_path) -> None:
    case = case_of(honest, tmp_path / "case", 0)
    with Log(case.log) as log:
        log.append([bytes([1, 10]) + bytes(38)] * 300)
        log.publish(signed(log.head, BEGINS[3]))
    read = in_folder(case.log)
    assert verify(read, read("checkpoint"), policy(), Path(case.release)).rates == check(honest, 0).rates
