"""Tampering with the log itself: with its files, or with what it says, all signed anew as only its operator could."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from account.releases.cases import PLACES, Case, Change, lines_of, write
from account.releases.world import BEGINS, ORIGIN, signed
from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.keys import Ed25519Signer
from minsheng.account.log.tiles import Tiles, in_folder, tile_path
from minsheng.account.log.writer import Log
from minsheng.account.releases.ballots import BallotRefused, Ballots
from minsheng.account.releases.lines import Ledger, Line, manifest
from minsheng.account.releases.metrics import STANDARD
from minsheng.account.releases.publish import account, rates
from minsheng.core.ledger.leaf import LeafKind, commit


def _in_file(path: str, act: Callable[[bytes], bytes]) -> Change:
    def change(case: Case) -> None:
        place = case.log / path
        content = act(place.read_bytes())
        assert content != place.read_bytes()
        place.write_bytes(content)

    return change


def _in_tile(level: str, size: int, act: Callable[[bytes, int], bytes]) -> Change:
    """A change of the tile, or bundle, that holds the leaf in the middle of the release; `act` is told where in it."""

    def change(case: Case) -> None:
        header = lines_of(case)[0]
        number, within = divmod((header["from"] + header["to"]) // 2, 256)
        path = tile_path(level, number, min(256, _size(case) - number * 256))
        _in_file(path, lambda content: act(content, within * size))(case)

    return change


def _bit(at: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _resign(case: Case, text: bytes, *signers: Any) -> None:
    (case.log / "checkpoint").write_bytes(notes.sign(text, signers))


def _checkpoint(**changes: Any) -> Change:
    """The checkpoint of another tree, its signatures kept."""

    def change(case: Case) -> None:
        unopened = notes.split((case.log / "checkpoint").read_bytes())
        head = Checkpoint.parse(unopened.text)
        new = Checkpoint(
            changes.get("origin", head.origin), changes.get("size", head.size), changes.get("root", head.root)
        )
        (case.log / "checkpoint").write_bytes(notes.with_lines(new.text(), unopened.signatures))

    return change


def _fewer_lines(kept: list[int]) -> Change:
    def change(case: Case) -> None:
        unopened = notes.split((case.log / "checkpoint").read_bytes())
        lines = [unopened.signatures[at] for at in kept]
        (case.log / "checkpoint").write_bytes(notes.with_lines(unopened.text, lines))

    return change


def _signed_by_a_stranger(case: Case) -> None:
    stranger = Ed25519Signer(ORIGIN, bytes(32))
    _resign(case, notes.split((case.log / "checkpoint").read_bytes()).text, stranger)


def _bit_at(at: int) -> Callable[[bytes, int], bytes]:
    return lambda content, begins: _bit(begins + at)(content)


def _exchanged(size: int) -> Callable[[bytes, int], bytes]:
    return lambda c, at: c[: at - size] + c[at : at + size] + c[at - size : at] + c[at + size :]


LOG = {
    **{f"bit {at} of an entry flipped": _in_tile("entries", 42, _bit_at(at)) for at in (2, 3, 5, 6, 9, 10, 20, 41)},
    "the length of an entry altered": _in_tile("entries", 42, _bit_at(1)),
    "two entries exchanged": _in_tile("entries", 42, _exchanged(42)),
    "an entry dropped": _in_tile("entries", 42, lambda c, at: c[:at] + c[at + 42 :]),
    "an entry repeated": _in_tile("entries", 42, lambda c, at: c[: at + 42] + c[at:]),
    "a bundle emptied": _in_tile("entries", 42, lambda c, at: b""),
    **{f"bit {at} of a hash flipped": _in_tile("0", 32, _bit_at(at)) for at in (0, 15, 31)},
    "two hashes exchanged": _in_tile("0", 32, _exchanged(32)),
    "a tile cut": _in_tile("0", 32, lambda c, at: c[:at]),
    "a tile emptied": _in_tile("0", 32, lambda c, at: b""),
    "the checkpoint of a greater size": _checkpoint(size=100_000),
    "the checkpoint of a smaller size": _checkpoint(size=300),
    "the checkpoint of no leaves": _checkpoint(size=0),
    "the checkpoint of another root": _checkpoint(root=bytes(32)),
    "the checkpoint of another log": _checkpoint(origin="other.example/line"),
    "the checkpoint without the log's signature": _fewer_lines([1, 2, 3]),
    "the checkpoint of one witness": _fewer_lines([0, 2]),
    "the checkpoint of no witness": _fewer_lines([0]),
    "the checkpoint signed by a stranger": _signed_by_a_stranger,
    "no checkpoint": _in_file("checkpoint", lambda content: b""),
    "a bit of a signature flipped": _in_file("checkpoint", lambda c: c[:-8] + bytes([c[-8] ^ 1]) + c[-7:]),
}


def _forged(act: Callable[[list[Line]], Any], *, day: date = BEGINS[-1], seen: bool = False) -> Change:
    """The line itself lies: leaves are made anew from altered lines, all figures counted again, the log built anew and
    signed and cosigned. What it opens is then consistent; what it says may be impossible, or not what was seen."""

    def change(case: Case) -> None:
        header, *leaves, _ = lines_of(case)
        lines = [Line.parse(leaf) for leaf in leaves]
        before = list(Tiles(in_folder(case.log), _size(case)).entries(0, header["from"]))
        act(lines)
        lines = [Line(header["from"] + at, line.kind, line.day, line.groups) for at, line in enumerate(lines)]
        closing, ballots = Ledger.read(header["carried"]), Ballots()
        closing.month = header["month"]
        for cohort, agency, *standing in header["joined"]:
            closing.tally.join(cohort, agency, standing)
        for line in lines:
            with suppress(KeyError, BallotRefused):
                account(closing, ballots, line)
        header["to"] = header["from"] + len(lines)
        trailer = {"closing": closing.state, "late": False, "ballots": ballots.rows}
        trailer["rates"] = rates(closing.tally, ballots, STANDARD)
        write(case, [header, *(json.loads(line.text()) for line in lines), trailer])
        shutil.rmtree(case.log)
        with Log(case.log) as log:
            log.append([*before, *(line.leaf.pack() for line in lines)])
            log.publish(signed(log.head, day))
        if not seen:
            case.seen = None

    return change


def _size(case: Case) -> int:
    return Checkpoint.parse(notes.split((case.log / "checkpoint").read_bytes()).text).size


def _orders(lines: list[Line]) -> list[int]:
    return [at for at, line in enumerate(lines) if line.kind <= 5]


def _with(line: Line, **move: Any) -> Line:
    """The line with other fields in its move, newly committed."""
    made = commit(bytes(31) + b"x", ({**(line.fields() or {}), **move},))
    return Line(
        line.index, line.kind, line.day, (type(line.groups[0])(made.salts[0], made.groups[0]), *line.groups[1:])
    )


def _replace(where: float, **move: Any) -> Callable[[list[Line]], None]:
    def act(lines: list[Line]) -> None:
        at = _orders(lines)[round(where * (len(_orders(lines)) - 1))]
        lines[at] = _with(lines[at], **move)

    return act


def _undone(lines: list[Line]) -> None:
    """Orders that were never taken in are moved, by the tens."""
    moved = [at for at in _orders(lines) if (lines[at].fields() or {})["from"] == "open"]
    for at in moved[:40]:
        lines[at] = _with(lines[at], **{"from": "merged", "reason": f"r{at}"})


def _redated(where: float, day: date) -> Callable[[list[Line]], None]:
    def act(lines: list[Line]) -> None:
        at = round(where * (len(lines) - 1))
        lines[at] = Line(lines[at].index, lines[at].kind, day, lines[at].groups)

    return act


def _last_release_forgotten(lines: list[Line]) -> None:
    lines[:] = [line for line in lines if line.kind != 7]


def _last_release_twice(lines: list[Line]) -> None:
    lines.append(next(line for line in lines if line.kind == 7))


def _metrics_late(lines: list[Line]) -> None:
    lines[:] = [Line(x.index, x.kind, BEGINS[0], x.groups) if x.kind == 12 else x for x in lines]


def _ballots(act: Callable[[dict[str, Any]], dict[str, Any]], most: int = 1) -> Callable[[list[Line]], None]:
    """So many ballots of one agency say something else: each with the fields that `act` makes of its own."""

    def forge(lines: list[Line]) -> None:
        cast = [at for at, line in enumerate(lines) if line.kind == 6 and (line.fields() or {})["agency"] == "c1"]
        for at in cast[:most]:
            line = lines[at]
            made = commit(bytes(24) + at.to_bytes(8), (act(dict(line.fields() or {})),))
            lines[at] = Line(
                line.index, line.kind, line.day, (type(line.groups[0])(made.salts[0], made.groups[0]), *line.groups[1:])
            )

    return forge


def _backdated_formula(lines: list[Line]) -> None:
    """A formula chosen at the end of the month, and dated before it."""
    fields = {"metric": "second", "version": 2, "sha256": "1" * 64}
    made = commit(bytes(32), (fields,))
    piece = type(lines[0].groups[0])(made.salts[0], fields)
    lines.append(Line(0, LeafKind.METRIC, BEGINS[0] - timedelta(days=3), (piece,)))


SEEN = {
    **{f"a leaf altered {where}": _forged(_replace(at, reason="x"), seen=True) for where, at in PLACES.items()},
    **{f"an outcome altered {where}": _forged(_replace(at, second=True), seen=True) for where, at in PLACES.items()},
    "a leaf left out": _forged(lambda lines: lines.pop(20), seen=True),
    "two leaves exchanged": _forged(lambda lines: lines.insert(20, lines.pop(30)), seen=True),
    "a leaf put in before": _forged(lambda lines: lines.insert(9, _with(lines[20], reason="x")), seen=True),
    "an older backup": _forged(lambda lines: lines.pop(), seen=True),
}
"""A second view of the log, or an older one, shown to somebody who has seen the first. For the first release."""

IMPOSSIBLE = {
    "a leaf counted twice": _forged(lambda lines: lines.append(lines[-1])),
    "an order counted twice": _forged(lambda lines: lines.append(lines[_orders(lines)[0]])),
    "an outcome that there is not": _forged(_replace(0.5, to="solved")),
    "a standing that there is not": _forged(_replace(0.5, **{"from": "solved"})),
    "an order from nowhere at a unit": _forged(_replace(1.0, on_time=3)),
    "a second handling by halves": _forged(_replace(0.5, second=1)),
    "orders moved that stand nowhere": _forged(_undone),
    "a leaf of the future": _forged(_redated(0.5, BEGINS[-1] + timedelta(days=400))),
    "a formula backdated": _forged(_backdated_formula),
    "a ballot's tracker given to others": _forged(_ballots(lambda fields: {**fields, "tracker": "one"}, 2)),
    "a ballot with an answer that there is not": _forged(_ballots(lambda fields: {**fields, "answer": "unreached"})),
    "a ballot without an agency": _forged(_ballots(lambda fields: {**fields, "agency": ""})),
    "a ballot without a tracker": _forged(_ballots(lambda fields: {**fields, "tracker": None})),
    "a ballot with a note": _forged(_ballots(lambda fields: {**fields, "note": "x"})),
    "a ballot without a period": _forged(_ballots(lambda fields: {**fields, "period": ""})),
    "an agency named with few ballots": _forged(_ballots(lambda fields: {**fields, "agency": "c7"}, 3)),
    "an agency whose ballots are all good": _forged(_ballots(lambda fields: {**fields, "answer": "satisfied"}, 200)),
}
"""The log and the release agree, yet say what cannot be."""


def _counters(*told: tuple[str, Any]) -> Callable[[list[Line]], None]:
    """Leaves at the end that tell the counters of channels."""

    def forge(lines: list[Line]) -> None:
        for at, (channel, last) in enumerate(told):
            fields = {"channel": channel, "last": last}
            made = commit(bytes(30) + b"c" + bytes([at]), (fields,))
            lines.append(Line(0, LeafKind.COUNTER, lines[-1].day, (type(lines[0].groups[0])(made.salts[0], fields),)))

    return forge


COUNTED = {
    "more receipts than requests": _forged(_counters(("app", 1), ("visit", 1))),
    "far more receipts of one channel": _forged(_counters(("web", 10_000))),
    "a counter put back": _forged(_counters(("web", 1))),
    "a counter of no channel": _forged(_counters((None, 1))),  # type: ignore[arg-type]
    "a counter that counts nothing": _forged(_counters(("app", 0))),
    "a counter that is no number": _forged(_counters(("app", True))),
}
"""The log tells counters of receipts that its own intakes contradict: found by `verify`, which alone looks."""

FIRST = {"formulas logged after the month began": _forged(_metrics_late)}
LATER = {
    "the last release's leaf left out": _forged(_last_release_forgotten),
    "the last release's leaf twice": _forged(_last_release_twice),
    "a leaf dated long before it was logged": _forged(_redated(0.5, BEGINS[0] - timedelta(days=90)), seen=True),
}


def other_file(case: Case) -> None:
    """The log commits to another file than the one shown: even a change of the compression is found."""
    lines = lines_of(case)
    fields = manifest(lines[0], lines[-1]["closing"], "1" * 64)
    made = commit(bytes.fromhex("1" * 64), (dict(fields),))
    with Log(case.log) as log:
        log.append([Line(0, 7, BEGINS[-1], made.hashes).leaf.pack()])
        log.publish(signed(log.head, BEGINS[-1]))
