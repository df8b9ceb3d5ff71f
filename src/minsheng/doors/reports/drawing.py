"""Small charts for documents (插图): drawn as PNG with figures only; the words stand in the document beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, EDGE = 1500, 440, 70
INK, SECOND, LINE, PRIMARY, TINT = "#1f2329", "#646a73", "#e5e6eb", "#1f5fbf", "#cfe0f7"
_FONT = ImageFont.load_default(26)


def png(image: Image.Image) -> BytesIO:
    """The picture as a file in memory."""
    out = BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out


def trend(begins: Sequence[date], counts: Sequence[int], limit: Sequence[float | None] = ()) -> BytesIO:
    """Counts by week as a line from zero, years written below, the newest value at its end; `limit` (of the last
    periods) dashed above."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    highest = max([*counts, *(v for v in limit if v is not None), 1])
    wide, high = WIDTH - 2 * EDGE - 60, HEIGHT - 2 * EDGE

    def at(i: int, value: float) -> tuple[float, float]:
        return EDGE + wide * i / max(len(counts) - 1, 1), HEIGHT - EDGE - high * value / highest

    for part in (0.0, 0.5, 1.0):
        y = HEIGHT - EDGE - high * part
        pen.line([(EDGE, y), (EDGE + wide, y)], fill=LINE, width=2)
        pen.text((EDGE - 12, y), f"{highest * part:g}", fill=SECOND, font=_FONT, anchor="rm")
    for i, day in enumerate(begins):
        if i == 0 or day.year != begins[i - 1].year:
            pen.text((at(i, 0)[0], HEIGHT - EDGE + 14), str(day.year), fill=SECOND, font=_FONT)
            pen.line([at(i, 0), (at(i, 0)[0], HEIGHT - EDGE + 10)], fill=SECOND, width=2)
    bounds = [at(len(counts) - len(limit) + i, v) for i, v in enumerate(limit) if v is not None]
    for a, b in zip(bounds[::2], bounds[1::2], strict=False):
        pen.line([a, b], fill=SECOND, width=3)
    if len(counts) > 1:
        pen.line([at(i, v) for i, v in enumerate(counts)], fill=PRIMARY, width=4, joint="curve")
        x, y = at(len(counts) - 1, counts[-1])
        pen.ellipse([x - 7, y - 7, x + 7, y + 7], fill=PRIMARY)
        pen.text((x + 14, y), str(counts[-1]), fill=INK, font=_FONT, anchor="lm")
    return png(image)


def strip(years: Sequence[int], months: Sequence[Sequence[int | None]]) -> BytesIO:
    """The seasonal strip: a row a year, a column a month, darker for more, each with its count; empty
    where the record has nothing to say."""
    row = 64
    image = Image.new("RGB", (WIDTH, row * len(months) + 60), "white")
    pen = ImageDraw.Draw(image)
    highest = max((n for year in months for n in year if n is not None), default=0) or 1
    wide = (WIDTH - 140) / 12
    for m in range(12):
        pen.text((140 + wide * (m + 0.5), 24), str(m + 1), fill=SECOND, font=_FONT, anchor="mm")
    for r, (year, counts) in enumerate(zip(years, months, strict=True)):
        y = 50 + row * r
        pen.text((120, y + row / 2 - 3), str(year), fill=SECOND, font=_FONT, anchor="rm")
        for m, n in enumerate(counts):
            if n is None:
                continue
            share = n / highest
            colour = tuple(round(255 - (255 - c) * share) for c in (0x1F, 0x5F, 0xBF))
            box = [140 + wide * m + 2, y, 140 + wide * (m + 1) - 2, y + row - 6]
            pen.rectangle(box, fill=colour, outline=LINE)
            pen.text(
                ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2),
                str(n),
                fill="white" if share > 0.55 else INK,
                font=_FONT,
                anchor="mm",
            )
    return png(image)
