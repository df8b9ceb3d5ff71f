"""What every test of a door stands on: each begins in the city's language, whatever page was read before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation


@pytest.fixture(autouse=True)
def in_the_citys_language() -> Iterator[None]:
    """A page read in English leaves English to its thread."""
    yield
    if settings.configured:
        translation.deactivate()
