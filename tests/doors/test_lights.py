"""The four lights of a running clock: office time is left, but real time is overdue."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from minsheng.doors.frame.showing import light
from minsheng.ground import present

FRIDAY_SIX = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

pytestmark = pytest.mark.db


@pytest.mark.parametrize(
    ("now", "kind", "left"),
    [
        (datetime(2026, 11, 19, 2, 0, tzinfo=UTC), "calm", "还剩 1 个工作日 5 小时"),
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "soon", "还剩 1 小时"),
        (datetime(2026, 11, 21, 8, 45, tzinfo=UTC), "late", "已超 22 小时 45 分钟"),
        (datetime(2026, 11, 24, 10, 0, tzinfo=UTC), "late", "已超 4 天"),
    ],
)
def test_a_rest_day_does_not_make_an_overdue_order_less_late(house, monkeypatch, now, kind, left) -> None:
    monkeypatch.setattr(present, "clock", [lambda: now])
    shown = light(FRIDAY_SIX, "handling", "ordinary", None, None)
    assert (shown.kind, shown.left.strip()) == (kind, left)
