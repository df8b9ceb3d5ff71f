"""Ways to tamper with a release and its log. A change takes the files of a case and leaves them false; whoever verifies
must find every one. Changes are made of an act, a place and a field, so that none is forgotten."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from account.releases.cases import PLACES, Case, Change, Lines, flipped, on_lines, other, write
from account.releases.forging import FIRST, IMPOSSIBLE, LATER, LOG, SEEN, other_file
from minsheng.account.releases.ballots import GRADES
from minsheng.account.releases.metrics import STANDARD
from minsheng.account.releases.tally import COLUMNS
from minsheng.core.ledger.leaf import LeafKind, opened


def _place(lines: Lines, where: float) -> int:
    """The place among the lines of an order's leaf, near a share of the way through."""
    orders = [at for at, line in enumerate(lines) if line.get("k", 9) <= 5]
    return orders[round(where * (len(orders) - 1))]


def _sealed(lines: Lines) -> dict[str, Any]:
    """The line of a sealed answer."""
    return next(line for line in lines if line.get("k") == LeafKind.SEALED)


def _leaf_changes() -> Iterator[tuple[str, Callable[[Lines, int], Any]]]:
    """What can be done to the line of one leaf."""

    def drop_and_renumber(lines: Lines, at: int) -> None:
        lines.pop(at)
        for line in lines[at:-1]:
            line["i"] -= 1

    def swap(lines: Lines, at: int) -> None:
        lines[at], lines[at - 1 or 2] = lines[at - 1 or 2], lines[at]

    def swap_leaves(lines: Lines, at: int) -> None:
        beside = at - 1 if at > 1 else at + 1
        for key in "kdg":
            lines[at][key], lines[beside][key] = lines[beside][key], lines[at][key]
        if lines[at]["g"] == lines[beside]["g"]:
            raise AssertionError("the two leaves are the same")

    def open_twice(lines: Lines, at: int) -> None:
        beside = at + 1 if at + 2 < len(lines) else at - 1
        lines[at] = {**lines[beside], "i": lines[at]["i"]}

    yield "dropped", lambda lines, at: lines.pop(at)
    yield "dropped and the rest renumbered", drop_and_renumber
    yield "given twice", lambda lines, at: lines.insert(at, lines[at])
    yield "moved", swap
    yield "exchanged with another", swap_leaves
    yield "replaced by another, opened twice", open_twice
    yield "backdated", lambda lines, at: lines[at].update(d=_later(lines[at]["d"], -1))
    yield "dated later", lambda lines, at: lines[at].update(d=_later(lines[at]["d"], 1))
    yield "of another kind", lambda lines, at: lines[at].update(k=lines[at]["k"] % 5 + 1)
    yield "of no kind", lambda lines, at: lines[at].update(k=99)
    yield "of a house's kind", lambda lines, at: lines[at].update(k=10)
    yield "with another index", lambda lines, at: lines[at].update(i=lines[at]["i"] + 1)
    yield "with a stranger's field", lambda lines, at: lines[at].update(x=1)
    yield "without groups", lambda lines, at: lines[at].update(g=[])
    yield "with a group more", lambda lines, at: lines[at]["g"].append(lines[at]["g"][5])
    yield "with a group less", lambda lines, at: lines[at]["g"].pop()
    yield "with two groups exchanged", lambda lines, at: lines[at]["g"].insert(3, lines[at]["g"].pop(5))
    yield "hidden: its move shut", lambda lines, at: _shut(lines[at], 0)
    yield "with its last group opened", lambda lines, at: lines[at]["g"].__setitem__(5, ["0" * 32, {"tag": "x"}])
    yield "with its move's fields gone", lambda lines, at: lines[at]["g"][0][1].clear()
    yield "with a field more in its move", lambda lines, at: lines[at]["g"][0][1].update(note="x")
    yield "with a fraction in its move", lambda lines, at: lines[at]["g"][0][1].update(reason=0.5)
    yield "with salts exchanged", _exchange_salts
    for group in range(6):
        yield f"with a bit of group {group} flipped", lambda lines, at, group=group: _flip(lines[at], group)
        yield f"with group {group} cut short", lambda lines, at, group=group: _cut(lines[at], group)
    for field in ("cohort", "from", "to", "on_time", "second", "reason"):
        yield f"with another {field}", lambda lines, at, field=field: _alter(lines[at], 0, field)
    for group, name in ((1, "giver"), (2, "taker")):
        yield f"with another {name}", lambda lines, at, group=group: _forge_agency(lines[at], group)


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _shut(line: dict[str, Any], group: int) -> None:
    salt, fields = line["g"][group]
    line["g"][group] = [opened(group, bytes.fromhex(salt), fields).hex()]


def _exchange_salts(lines: Lines, at: int) -> None:
    groups = lines[at]["g"]
    beside = lines[at + 1 if at + 2 < len(lines) else at - 1]["g"]
    groups[0][0], beside[0][0] = beside[0][0], groups[0][0]


def _flip(line: dict[str, Any], group: int) -> None:
    line["g"][group][0] = flipped(line["g"][group][0])


def _cut(line: dict[str, Any], group: int) -> None:
    line["g"][group][0] = line["g"][group][0][:-4]


def _alter(line: dict[str, Any], group: int, field: str) -> None:
    fields = line["g"][group][1]
    fields[field] = other(fields[field])


def _forge_agency(line: dict[str, Any], group: int) -> None:
    salt = line["g"][group][0] if len(line["g"][group]) == 2 else "0" * 32
    line["g"][group] = [salt, {"agency": "c8"}]


def _sealed_changes() -> Iterator[tuple[str, Callable[[list[Any]], Any]]]:
    """What can be done to the groups of a sealed answer's line, of which there is but its commitment."""
    yield "replaced", lambda groups: groups[0].__setitem__(0, flipped(groups[0][0]))
    yield "opened", lambda groups: groups.__setitem__(0, ["0" * 32, {"sealed": True}])
    yield "given a group more", lambda groups: groups.append(groups[0])
    yield "cut short", lambda groups: groups[0].__setitem__(0, groups[0][0][:-4])


def _header_changes() -> Iterator[tuple[str, Callable[[dict[str, Any]], Any]]]:
    def in_state(act: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
        return lambda header: act(header["carried"])

    for field, value in {"from": 1, "to": 1, "k": -8}.items():
        yield f"{field} altered", lambda h, field=field, value=value: h.update({field: h[field] + value})
    yield "to lowered", lambda h: h.update(to=h["to"] - 1)
    yield "from lowered", lambda h: h.update({"from": h["from"] - 1})
    for field, value in {"format": "x/v2", "log": "other", "month": "2026-13", "previous": "0" * 64}.items():
        yield f"{field} altered", lambda h, field=field, value=value: h.update({field: value})
    yield "month put back", lambda h: h.update(month="2025-01")
    yield "previous toggled", lambda h: h.update(previous=None if h["previous"] else "0" * 64)
    yield "a field more", lambda h: h.update(x=1)
    yield "a metric's formula altered", lambda h: _rewrite(h, "resolved + unresolved\n", "resolved\n")
    yield "a metric's version altered", lambda h: _rewrite(h, "version: 1", "version: 2")
    yield "a metric's words altered", lambda h: _rewrite(h, "those solved", "those solved well")
    yield "a metric dropped", lambda h: h["metrics"].pop()
    yield "a metric twice", lambda h: h["metrics"].append(h["metrics"][0])
    yield "an agency newly named", lambda h: h["joined"].append(["2026-11", "c8", 1, 0, 0, 0, 0, 0, 0])
    yield "the unnamed newly named", lambda h: h["joined"].append(["2026-11", "", 0, 0, 0, 0, 0, 0, 0])
    yield "carried size altered", in_state(lambda s: s.update(size=s["size"] + 1))
    yield "carried month altered", in_state(lambda s: s.update(month=s["month"] + "0"))
    yield "a carried balance more", in_state(lambda s: s["tally"].append(["2099-01", "c1", *[0] * len(COLUMNS)]))
    yield "a carried metric more", in_state(lambda s: s["metrics"].append([0, "2026-10-30", "x", 1, "0" * 64]))


def _carried_changes() -> Iterator[tuple[str, Callable[[dict[str, Any]], Any]]]:
    """What can be done to what a release carries over from another."""
    for at, column in enumerate(COLUMNS, 2):
        yield f"carried {column} altered", lambda h, at=at: _more(h["carried"]["tally"][0], at)
    yield "carried outcomes exchanged", lambda h: _exchange(h["carried"]["tally"])
    yield "a carried balance dropped", lambda h: h["carried"]["tally"].pop()
    for at, name in enumerate(("index", "day", "name", "version", "digest")):
        yield f"a carried metric's {name} altered", lambda h, at=at: _more(h["carried"]["metrics"][0], at)
    yield "nothing carried", lambda h: h.update(carried={"month": "", "size": 0, "tally": [], "metrics": []})


def _trailer_changes() -> Iterator[tuple[str, Callable[[dict[str, Any]], Any]]]:
    for at, column in enumerate(COLUMNS, 2):
        yield f"closing {column} altered", lambda t, at=at: _more(t["closing"]["tally"][0], at)
    yield "a closing balance dropped", lambda t: t["closing"]["tally"].pop()
    yield "closing month altered", lambda t: t["closing"].update(month="2026-10")
    yield "closing size altered", lambda t: t["closing"].update(size=1)
    yield "a closing metric dropped", lambda t: t["closing"]["metrics"].pop()
    yield "metrics said to be late", lambda t: t.update(late=True)
    yield "metrics said to be in time by a number", lambda t: t.update(late=0)
    for at, grade in enumerate(GRADES, 2):
        yield f"ballots: {grade} altered", lambda t, at=at: _more(t["ballots"][0], at)
    yield "ballots of an agency dropped", lambda t: t["ballots"].pop()
    yield "ballots of an agency more", lambda t: t["ballots"].append(["2099-01", "c9", 9, 9, 9, 9, 9])
    yield "ballots of two agencies exchanged", lambda t: t["ballots"].reverse()
    for row, metric in enumerate(STANDARD):
        for at, side in ((3, "part"), (4, "whole"), (5, "left out")):
            altered = row if metric.name != "satisfied" else -1
            yield f"{metric.name}: {side} altered", lambda t, row=altered, at=at: _more(t["rates"][row], at)
    yield "a rate dropped", lambda t: t["rates"].pop()
    yield "a rate more", lambda t: t["rates"].append(t["rates"][0])
    yield "two rates exchanged", lambda t: t["rates"].reverse()
    yield "no rates", lambda t: t.update(rates=[])
    yield "a field more", lambda t: t.update(x=1)
    yield "a field less", lambda t: t.pop("rates")


def _rewrite(header: dict[str, Any], old: str, new: str) -> None:
    texts = [text.replace(old, new) for text in header["metrics"]]
    assert texts != header["metrics"]
    header["metrics"] = texts


def _more(row: list[Any], at: int) -> None:
    row[at] = row[at] + 1 if isinstance(row[at], int) else f"{row[at]}0"


def _exchange(tally: list[list[Any]]) -> None:
    row = next(row for row in tally if row[2] != row[3])
    row[2], row[3] = row[3], row[2]


def _texts(act: Callable[[list[str]], Any]) -> Change:
    def change(case: Case) -> None:
        texts = gzip.decompress(case.release.read_bytes()).decode().splitlines()
        act(texts)
        write(case, texts)

    return change


def _bytes(act: Callable[[bytes], bytes]) -> Change:
    def change(case: Case) -> None:
        case.release.write_bytes(act(case.release.read_bytes()))

    return change


FILE = {
    "the file cut": _bytes(lambda content: content[: len(content) // 2]),
    "the file's last bytes cut": _bytes(lambda content: content[:-4]),
    "a byte of the file flipped": _bytes(
        lambda c: c[: len(c) // 2] + bytes([c[len(c) // 2] ^ 1]) + c[len(c) // 2 + 1 :]
    ),
    "an empty file": _bytes(lambda content: b""),
    "a file not compressed": _bytes(gzip.decompress),
    "no header": _texts(lambda texts: texts.pop(0)),
    "no trailer": _texts(lambda texts: texts.pop()),
    "a line after the trailer": _texts(lambda texts: texts.append(texts[1])),
    "two trailers": _texts(lambda texts: texts.append(texts[-1])),
    "no leaves": _texts(lambda texts: texts.__setitem__(slice(1, -1), [])),
    "a group opened twice in one line": _texts(lambda t: t.__setitem__(3, t[3].replace('"g":', '"g":[],"g":', 1))),
    "an index said twice": _texts(lambda texts: texts.__setitem__(3, texts[3].replace('"i":', '"i":0,"i":', 1))),
    "a line with spaces": _texts(lambda texts: texts.__setitem__(3, texts[3].replace(",", ", ", 1))),
    "a line that is no object": _texts(lambda texts: texts.__setitem__(3, "[]")),
    "a line that is no JSON": _texts(lambda texts: texts.__setitem__(3, "leaf")),
}


def tamperings(number: int) -> dict[str, Change]:
    """All changes that can be made to release `number` of a world (0 the first, 2 the last), by name."""
    changes: dict[str, Change] = {}
    for where, at in PLACES.items():
        for name, act in _leaf_changes():
            changes[f"a leaf {where} {name}"] = on_lines(lambda lines, act=act, at=at: act(lines, _place(lines, at)))
    for name, act in _sealed_changes():
        changes[f"a sealed answer {name}"] = on_lines(lambda lines, act=act: act(_sealed(lines)["g"]))
    for name, act in [*_header_changes(), *(_carried_changes() if number else [])]:
        changes[f"header: {name}"] = on_lines(lambda lines, act=act: act(lines[0]))
    for name, act in _trailer_changes():
        changes[f"trailer: {name}"] = on_lines(lambda lines, act=act: act(lines[-1]))
    made = (FILE, LOG, IMPOSSIBLE, LATER if number else {**FIRST, **SEEN}, {"another file committed to": other_file})
    for group in made if number else made[:-1]:
        changes |= group
    return changes
