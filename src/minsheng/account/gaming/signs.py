"""The signs that the lake itself shows (线索目录): a table of what is counted, of which orders, among which like ones.

Each names the gaming that it may reveal (shared table of the ledger's design: 临期突击办结, 虚假办结, 诱导好评, 剔除,
改咨询, 并单, 拆单, 选择性回访). Every one has innocent explanations too; that is why it is a lead and no verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from minsheng.account.gaming.cases import Cases

Mask = NDArray[np.bool_]
LAST_HOURS, BEFORE_HOURS = 2.0, 8.0
"""Replies in the last hours before a deadline are compared with all from the hours before it on."""
EARLY_HOURS = 4.0
"""An answer so soon after the unit spoke to the requester is an early one."""
SAID_SOLVED = "solved"


class Facts:
    """Closed orders as questions.closed_orders gives them, with `repeated` beside, column by column; `order` is the
    number by which the house knows an order."""

    def __init__(self, rows: pa.Table, repeated: pa.Table, settled: Mask | None = None) -> None:
        self.rows = rows
        self.order = self.text("no")
        self.unit = self.text("unit")
        self.repeated = np.isin(rows["order_id"].to_numpy(), repeated["order_id"].to_numpy())
        self.settled = np.ones(len(self.order), bool) if settled is None else settled

    def text(self, name: str) -> NDArray[np.str_]:
        """A column of codes."""
        return np.asarray(self.rows[name].to_numpy(zero_copy_only=False).astype(np.str_))

    def flag(self, name: str) -> Mask:
        """A column of yes and no."""
        return np.asarray(self.rows[name].to_numpy(zero_copy_only=False).astype(bool))

    def hours(self, since: str, until: str) -> NDArray[np.float64]:
        """Hours from one moment of an order to another; NaN where one did not come."""
        seconds = pc.divide(pc.cast(pc.subtract(self.rows[until], self.rows[since]), pa.int64()), 1_000_000.0)
        return np.asarray(pc.divide(seconds, 3600.0).to_numpy(zero_copy_only=False), np.float64)

    @property
    def before_due(self) -> NDArray[np.float64]:
        """Hours from the unit's first reply to its deadline."""
        return self.hours("replied_at", "due")

    @property
    def after_contact(self) -> NDArray[np.float64]:
        """Hours from the unit's last contact with the requester to the answer; NaN without either."""
        return self.hours("contact_at", "told_at")

    @property
    def answered(self) -> Mask:
        """The requester said whether it is resolved."""
        return self.text("answer") != ""

    @property
    def said_solved(self) -> Mask:
        """The unit's first reply says that it solved the matter."""
        return self.text("result") == SAID_SOLVED


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its name, what it means, which orders are its cases and which of them hits, and by which columns like
    cases are told."""

    name: str
    words: str
    meaning: str
    cases: Callable[[Facts], Mask]
    hits: Callable[[Facts], Mask]
    strata: tuple[str, ...] = ("category2",)
    manner: bool = False
    """Whether honest units differ much in it by how they work (cases.Cases)."""
    once: bool = False
    """Hits about the same place and category tell one thing: the first counts, the others are no cases."""

    def of(self, facts: Facts) -> Cases:
        """Its cases among `facts`."""
        among = self.cases(facts)
        if self.once:
            among &= ~_told_before(facts, among & self.hits(facts))
        stratum = np.full(among.sum(), "")
        for column in self.strata:
            stratum = np.char.add(np.char.add(stratum, "|"), facts.text(column)[among])
        return Cases(facts.unit[among], self.hits(facts)[among], stratum, facts.order[among], self.manner)


def _told_before(facts: Facts, hits: Mask) -> Mask:
    """Hits with a place whose unit had one about the same place and category before, in order of number."""
    told = np.flatnonzero(hits & (facts.text("place") != ""))
    told = told[np.argsort(facts.order[told], kind="stable")]
    of = np.char.add(np.char.add(facts.unit, "|"), np.char.add(facts.text("category"), facts.text("place")))[told]
    later = np.ones(len(told), bool)
    later[np.unique(of, return_index=True)[1]] = False
    before = np.zeros(len(hits), bool)
    before[told[later]] = True
    return before


def _near(facts: Facts) -> Mask:
    return (facts.before_due >= 0) & (facts.before_due < BEFORE_HOURS)


def _last(facts: Facts) -> Mask:
    return (facts.before_due >= 0) & (facts.before_due < LAST_HOURS)


def _all(facts: Facts) -> Mask:
    return np.ones(len(facts.order), bool)


SIGNS: Mapping[str, Sign] = {
    sign.name: sign
    for sign in (
        Sign(
            "bunching", "临期突击办结", "replies of the last two hours before the deadline, of those of the last eight",
            _near, _last, (), manner=True,
        ),
        Sign(
            "hollow_in_time", "临期空办", "last-hour replies that say solved where the requester says it is not",
            lambda f: _last(f) & f.answered & f.said_solved, lambda f: f.text("answer") == "no", (),
        ),
        Sign(
            "hollow", "虚假办结", "replies that say solved where the requester says it is not",
            lambda f: f.answered & f.said_solved, lambda f: f.text("answer") == "no", ("category",), manner=True,
        ),
        Sign(
            "too_good", "回访好于办理", "requesters who say resolved though the unit's own reply does not",
            lambda f: f.answered & ~f.said_solved & (f.text("result") != ""), lambda f: f.text("answer") == "yes",
            ("category2", "result"),
        ),
        Sign(
            "pressed", "诱导、要求好评", "requesters who say that they were asked for or offered something",
            lambda f: f.flag("reached"), lambda f: f.flag("pressed"), (),
        ),
        Sign(
            "visited_before", "回访前联系", f"answers of resolved within {EARLY_HOURS:g} h of the unit's own contact",
            lambda f: f.answered & ~np.isnan(f.after_contact),
            lambda f: (f.after_contact < EARLY_HOURS) & (f.text("answer") == "yes"), (),
        ),
        Sign(
            "repeated", "同一地点重复诉求", "orders after whose closing another came about the same place and matter",
            lambda f: (f.text("place") != "") & f.settled, lambda f: f.repeated,
        ),
        Sign(
            "gross_net", "毛净差", "orders that the net rates leave out: excluded, merged or withdrawn",
            _all, lambda f: f.flag("left_out"), ("category",), once=True,
        ),
        Sign(
            "exclusion", "剔除", "orders whose exclusion the unit asked for", _all, lambda f: f.flag("exclusion_asked"),
            ("category",), once=True,
        ),
        Sign(
            "reclassified", "投诉改咨询", "complaints and reports that were made inquiries",
            lambda f: f.flag("complaint"), lambda f: f.flag("demoted"), (),
        ),
        Sign(
            "merged_away", "不当并单", "orders merged into one about another matter or place",
            _all, lambda f: f.flag("merged_away"), (),
        ),
        Sign(
            "doubled", "拆单", "orders split into a part about the same matter",
            _all, lambda f: f.flag("doubled"), (),
        ),
        Sign(
            "unreached", "回访未接通", "orders called back without ever reaching the requester",
            lambda f: np.asarray(f.rows["calls"].to_numpy() > 0), lambda f: ~f.flag("reached"), (),
        ),
    )
}  # fmt: skip
"""Every sign that needs nothing beside the lake, by name."""
