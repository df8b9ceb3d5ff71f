"""What templates say in the field's words (模板用语): codes, names of the city pack, times and lights."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template import Library

from minsheng.core.codes import TERMS
from minsheng.doors.frame import showing
from minsheng.ground import present

register = Library()
LEAST_TOLD = 1e-6
"""Smaller probabilities are not told apart."""


@register.simple_tag
def known_simulated() -> bool:
    """Whether the data are known to be simulated, for error pages, which are made without the frame's context."""
    return present.known_simulated()


@register.filter
def term(code: str | None, kind: str) -> str:
    """The word for `code` of the code list `kind` ("State", "Grade" …) in the page's language."""
    if code is None or (kind, str(code)) not in TERMS:
        return ""
    return TERMS[kind, str(code)][0 if showing.chinese() else 1]


@register.filter
def unit(code: str | None) -> str:
    """A unit's name."""
    return showing.name_of(present.city().units.get(code or ""), code)


@register.filter
def area(code: str | None) -> str:
    """An area's name with the county it lies in."""
    return showing.area_name(code)


@register.filter
def place(code: str | None) -> str:
    """An area's own name, without those around it."""
    return showing.name_of(present.city().areas.get(code or ""), code)


@register.filter
def category(code: str | None) -> str:
    """A category's name."""
    return showing.name_of(present.city().taxonomy.categories.get(code or ""), code)


@register.filter
def channel(code: str | None) -> str:
    """A channel's name."""
    return showing.name_of(present.city().channels.get(code or ""), code)


@register.filter
def when(at: datetime | None) -> str:
    """11月21日 周六 14:05."""
    return showing.when(at) if at else ""


@register.filter
def lay(seconds: float) -> str:
    """How long an order lay: 2 小时 5 分."""
    return showing.length(seconds)


@register.filter
def percent(share: float | None) -> str:
    """0.934 → 93 %."""
    return f"{round(float(share or 0) * 100)} %"


@register.filter
def small(p: float | None) -> str:
    """A probability that may be very small: 3.2 %, 1/40,000, and no finer than < 1/1,000,000."""
    if p is None:
        return ""
    if p >= 0.01:
        return f"{100 * p:.1f} %"
    return f"1/{float(f'{1 / p:.1g}'):,.0f}" if p >= LEAST_TOLD else f"< 1/{1 / LEAST_TOLD:,.0f}"


@register.filter
def expected(mean: float | None) -> str:
    """A mean count: 12.3, and 0.04 where it is below one."""
    return "" if mean is None else f"{mean:.1f}" if mean >= 1 else f"{mean:.2f}" if mean >= 0.01 else "< 0.01"


@register.filter
def capped(count: int | None) -> str:
    """Counts stop at 99: 99+."""
    return "" if count is None else "99+" if count > 99 else str(count)


@register.filter
def get(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """`mapping[key]`, or nothing."""
    return (mapping or {}).get(key)


@register.inclusion_tag("components/light.html")
def light(row: Any) -> dict[str, Any]:
    """The light of a list's row: shape, word and time left, never colour alone."""
    return {"light": showing.light(row.due, row.clock, row.urgency, row.category, row.card)}


@register.inclusion_tag("components/light.html")
def order_light(order: Any) -> dict[str, Any]:
    """The light of an order."""
    clock = order.clock
    found = showing.light(
        clock.due if clock else None, clock.name if clock else None, order.urgency, order.category, order.card
    )
    return {"light": found}


@register.filter
def named(row: Any) -> str:
    """The name of a row of the city pack in the page's language."""
    return showing.name_of(row)
