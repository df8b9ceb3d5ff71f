"""Database roles and their secrets (数据库角色): who may touch what, from the first start on.

Four roles besides the superuser: the owner makes the tables; the app is what web and jobs run as and is
bound by row-level security; the vault alone reads identities and words under their keys; the loader fills
large tables past row-level security. Passwords are random, one a role, kept in ``DATA/secrets/roles.json``
(mode 0600), so that a process holds only the password it was given (docs/decisions/0002).
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from minsheng.ground.embedded.binaries import EmbeddedError

SUPERUSER = "postgres"
DATABASE = "minsheng"
ATTRIBUTES: dict[str, LiteralString] = {
    "minsheng_owner": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    "minsheng_app": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    "minsheng_vault": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    "minsheng_loader": "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS",
}
EXTENSIONS = ("pg_trgm", "btree_gist", "vector")


def read_secrets(folder: Path) -> dict[str, str]:
    """Passwords by role name; empty before the first start."""
    path = folder / "roles.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def write_secrets(folder: Path, passwords: dict[str, str]) -> None:
    """Replace the file of passwords in one step; folder 0700, file 0600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / "roles.json.new"
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / "roles.json")


def new_password() -> str:
    """A random password of 256 bits."""
    return secrets.token_urlsafe(32)


def ensure_roles(admin: str, folder: Path, dbname: str = DATABASE) -> dict[str, str]:
    """Make sure that roles, passwords and the database exist; return the passwords by role name.

    ``admin`` is the conninfo of a login that may create roles and databases. On a server of one's own, roles
    that are already there keep the passwords written in ``folder/roles.json``; EmbeddedError names what its
    administrator must do when the login may not, or when a role's password is not written there.
    """
    passwords = read_secrets(folder)
    with psycopg.connect(admin, autocommit=True) as connection:
        present = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        if missing := [name for name in ATTRIBUTES if name not in present]:
            passwords |= {name: passwords.get(name) or new_password() for name in missing}
            write_secrets(folder, passwords)
        if unknown := sorted(set(ATTRIBUTES) - passwords.keys()):
            raise EmbeddedError(
                f"The server has the roles {', '.join(unknown)}, but their passwords are not in "
                f"{folder / 'roles.json'}. Restore that file, or write each role's password into it."
            )
        try:
            for name in missing:
                _create_role(connection, name, passwords[name])
            _create_database(connection, dbname)
        except psycopg.errors.InsufficientPrivilege as error:
            raise EmbeddedError(
                f"The login of DATABASE_URL may not create roles or databases "
                f"({error.diag.message_primary}). Ask the server's administrator to create "
                f"{', '.join(ATTRIBUTES)} (loader with BYPASSRLS) and the database {dbname} "
                f"owned by minsheng_owner, then write the passwords into {folder / 'roles.json'}."
            ) from error
    _create_extensions(admin, dbname)
    return passwords


def _create_role(connection: psycopg.Connection, name: str, password: str) -> None:
    """The password travels as a verifier only, so that no server log can hold it."""
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
    connection.execute(
        sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(
            sql.Identifier(name), sql.SQL(ATTRIBUTES[name]), sql.Literal(verifier.decode())
        )
    )


def _create_database(connection: psycopg.Connection, dbname: str) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [dbname]).fetchone():
        return
    name, owner = sql.Identifier(dbname), sql.Identifier("minsheng_owner")
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in ATTRIBUTES:
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))


def _create_extensions(admin: str, dbname: str) -> None:
    with psycopg.connect(admin, dbname=dbname, autocommit=True) as connection:
        present = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
        for name in EXTENSIONS:
            if name not in present:
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
