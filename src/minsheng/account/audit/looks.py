"""Looks at the path of an order (查看留痕): an auditor who follows evidence sees codes and times, no identity and no
words; that they looked is a step that stays."""

from __future__ import annotations

from minsheng.account.audit import store
from minsheng.account.audit.codes import LETTERS, CaseKind
from minsheng.core import Actor
from minsheng.ground import present
from minsheng.ground.access import sight

LOOKED = "looked"


def looked(order: str, why: str, by: Actor) -> None:
    """Write down that the auditor looks at an order, and for which case or sign."""
    store.only_auditor(by)
    now = present.now()
    no = f"{LETTERS[CaseKind.LOOK]}{present.policy(now).calendar.local_date(now):%y%m}"
    with sight(by):
        try:
            last: store.Step | store.Begun = store.steps_of(no, lock=True)[-1]
        except store.NoCase:
            last = store.Begun(CaseKind.LOOK, no)
        store.append(last, LOOKED, {"order": order, "why": why}, by, now)
