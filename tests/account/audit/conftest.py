"""A house whose clock a test sets."""

from __future__ import annotations

import pytest

from minsheng.ground import present
from support.audit import CLOSED


@pytest.fixture
def clock(house, monkeypatch):
    """Sets the house's clock."""

    def at(moment) -> None:
        monkeypatch.setattr(present, "clock", [lambda: moment])

    at(CLOSED)
    return at
