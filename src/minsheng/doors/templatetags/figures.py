"""How shares read on the public figures (比率写法): one decimal, and never 0 or 100 % for what is not."""

from __future__ import annotations

from django.template import Library

register = Library()
NEARLY = 0.0005
"""Half a step of the last decimal."""


@register.filter
def share(value: float | None) -> str:
    """0.9342 → 93.4 %; 0.9998 → > 99.9 %; 0.0001 → < 0.1 %; — when there is none."""
    if value is None:
        return "—"
    if 0 < value < NEARLY:
        return "< 0.1\u00a0%"
    if 1 - NEARLY < value < 1:
        return "> 99.9\u00a0%"
    return f"{100 * value:.1f}\u00a0%"
