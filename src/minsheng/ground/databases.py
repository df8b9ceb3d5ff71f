"""Database aliases (数据库连接): `default` is the app under row-level security, `vault` may open what is sealed.

One PostgreSQL, two logins, so that a mistake in a page cannot read a name or a word that was not asked for aloud."""

from __future__ import annotations

from typing import Any

from django.db import connections
from psycopg.conninfo import conninfo_to_dict


def django_database(conninfo: str, *, pool: bool = False) -> dict[str, Any]:
    """A Django DATABASES entry for a libpq connection string; with `pool`, psycopg's pool of at most 16."""
    part = conninfo_to_dict(conninfo)
    options: dict[str, Any] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 30}} if pool and conninfo else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": part.get("dbname", "minsheng"),
        "USER": part.get("user", ""),
        "PASSWORD": part.get("password", ""),
        "HOST": part.get("host", ""),
        "PORT": str(part.get("port", "")),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if options else None,
        "ATOMIC_REQUESTS": False,
        "AUTOCOMMIT": True,
        "TIME_ZONE": None,
        "CONN_HEALTH_CHECKS": bool(options),
        "TEST": {"CHARSET": None, "COLLATION": None, "NAME": None, "MIGRATE": True, "MIRROR": None},
    }


def point(alias: str, conninfo: str) -> None:
    """Let `alias` of this process mean the database `conninfo` from now on (set-up, tests, tools)."""
    if alias in connections.databases:
        connections[alias].close()
        del connections[alias]
    connections.databases[alias] = django_database(conninfo)


class NoMigrationsInVault:
    """The vault is made by the owner's migrations; its own alias never migrates."""

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool | None:
        """False for the vault, no opinion otherwise."""
        return False if db == "vault" else None
