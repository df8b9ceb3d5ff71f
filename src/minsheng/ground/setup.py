"""Set-up (建库): brings a database up to the present schema, gives it the key by which it checks sight and loads the
city's tables."""

from __future__ import annotations

import os

import psycopg

from minsheng.ground.keys import keys


def configure() -> None:
    """Start Django once in this process; harmless when it has been."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minsheng.ground.settings")
    import django

    django.setup()


def behind(conninfo_owner: str) -> bool:
    """Whether the database was last brought up to date by an earlier version of the house."""
    from django.db.migrations.loader import MigrationLoader

    written = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    with psycopg.connect(conninfo_owner) as connection:
        applied = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    return bool(written - set(applied))


def prepare(conninfo_owner: str) -> None:
    """Make the city's keys, migrate the database of `conninfo_owner` (the owner's login), store the access key's pads
    in it and load the city pack. Doing it again changes nothing. PackErrors when the pack is not sound."""
    configure()
    from django.core.management import call_command

    from minsheng.ground.access import pads
    from minsheng.ground.databases import point
    from minsheng.ground.loading import load
    from minsheng.ground.present import city

    keys().make()
    point("owner", conninfo_owner)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    inner, outer = pads(keys().get("access"))
    with psycopg.connect(conninfo_owner) as connection:
        connection.execute(
            "INSERT INTO access.secret (inner_pad, outer_pad) VALUES (%s, %s) "
            "ON CONFLICT (one) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
            [inner, outer],
        )
    load(conninfo_owner, city())
    from django.db import connections

    connections["owner"].close()
