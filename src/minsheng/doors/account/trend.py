"""A trend drawn on the server (趋势图): shares by month with the band of their interval, as SVG that needs no script,
and the same figures as a table beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.account.figures import Rate
from minsheng.doors.templatetags.figures import share

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BASE = 440, 190, 48, 58, 12, 160


@dataclass(frozen=True, slots=True)
class Trend:
    """What the template draws: the band's corners, the line's points, dots and labels, in pixels of WIDTH × HEIGHT;
    `floor` where the scale begins, if not at nought."""

    title: str
    says: str
    floor: str
    band: str
    line: str
    dots: Sequence[tuple[float, float, str]]
    grid: Sequence[tuple[float, str]]
    months: Sequence[tuple[float, str]]
    end: tuple[float, float, str]
    rows: Sequence[tuple[str, Rate]]

    @property
    def size(self) -> tuple[int, int, int, int]:
        """Width, height, left edge and right edge of what is drawn."""
        return WIDTH, HEIGHT, LEFT, WIDTH - RIGHT


def trend(title: str, says: str, found: Sequence[tuple[str, Rate]]) -> Trend | None:
    """The trend of a rate by month; None with fewer than two months that have a value."""
    drawn = [(month, r) for month, r in found if r.value is not None and r.low is not None and r.high is not None]
    if len(drawn) < 2:
        return None
    floor = _floor(min(r.low or 0.0 for _, r in drawn))

    def across(place: int) -> float:
        return round(LEFT + place * (WIDTH - LEFT - RIGHT) / (len(drawn) - 1), 1)

    def up(value: float) -> float:
        return round(BASE - (value - floor) * (BASE - TOP) / (1 - floor), 1)

    xs = [across(place) for place in range(len(drawn))]
    values = [r.value or 0.0 for _, r in drawn]
    corners = [(x, up(r.high or 0.0)) for x, (_, r) in zip(xs, drawn, strict=True)]
    corners += [(x, up(r.low or 0.0)) for x, (_, r) in reversed(list(zip(xs, drawn, strict=True)))]
    points = [(x, up(value)) for x, value in zip(xs, values, strict=True)]
    steps = [floor + (1 - floor) * part / 4 for part in range(5)]
    every = -(-len(drawn) // 4)
    return Trend(
        title,
        says,
        floor=f"{100 * floor:.0f}\u00a0%" if floor else "",
        band=_joined(corners),
        line=_joined(points),
        dots=[
            (x, y, f"{month} {share(value)}") for (x, y), (month, _), value in zip(points, drawn, values, strict=True)
        ],
        grid=[(up(step), f"{100 * step:.0f}\u00a0%") for step in steps],
        months=[(x, month) for place, (x, (month, _)) in enumerate(zip(xs, drawn, strict=True)) if place % every == 0],
        end=(points[-1][0] + 6, points[-1][1] + 5, share(values[-1])),
        rows=found,
    )


def _floor(lowest: float) -> float:
    """Where the scale begins: at nought, or at the highest of 40 % and 80 % that leaves the band whole."""
    return next((step for step in (0.8, 0.4) if lowest > step + 0.02), 0.0)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
