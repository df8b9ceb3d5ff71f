"""Splitting (拆单): other matters of a request become orders of their own, with the same requester."""

from __future__ import annotations

import hashlib

from minsheng.core import Actor, Forbidden, allowed
from minsheng.core import commands as say
from minsheng.ground.vault import Person, person_of
from minsheng.respond import casework, intake


def split(no: str, parts: list[str], by: Actor) -> list[str]:
    """Make an order of each of `parts` and tell order `no`; returns their numbers. Doing it again with the same parts
    finds the orders made before. Raises what `handle` raises, before anything is made where it can."""
    number, order, _ = casework.view(no, by)
    if "split" not in allowed(order, by):
        raise Forbidden("role_may_not", "此角色现在不能拆分这张工单。")
    person = person_of(number) or Person()
    numbers = [
        intake.receive(
            intake.Request(
                text=part,
                person=person,
                channel=order.channel,
                external_id=f"split/{no}/{hashlib.sha256(part.encode()).hexdigest()[:24]}",
                kind=order.kind,
                reply_wanted=order.reply_wanted,
                secret=order.secret,
                complained_of=order.complained_of,
                split_from=no,
            ),
            by,
        ).no
        for part in parts
    ]
    casework.handle(no, say.Split(parts=tuple(numbers)), by)
    return numbers
