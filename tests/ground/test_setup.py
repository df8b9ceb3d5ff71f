"""Setting a house up: what was made by an earlier version is known as such, not met by surprise."""

from __future__ import annotations

import psycopg
import pytest

from minsheng.ground.setup import behind

pytestmark = pytest.mark.db


def test_a_house_of_this_version_is_up_to_date_and_one_that_lacks_a_step_is_behind(house) -> None:
    assert not behind(house.conninfo("owner"))
    with psycopg.connect(house.conninfo("superuser")) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'account'")
    assert behind(house.conninfo("owner"))
