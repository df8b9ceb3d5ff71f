"""The PostgreSQL that comes along (内嵌数据库): found, started, stopped and reached with no administrator.

``with PostgreSQL(Path("data")) as database: psycopg.connect(database.conninfo("app"))`` is all a caller
needs. Order of search: ``DATABASE_URL`` (a server of one's own; nothing is started), the programs that
the Python wheel carries, the system's. Decisions: docs/decisions/0002-embedded-postgresql.md and
0003-one-owner-of-a-data-directory.md.
"""

from minsheng.ground.embedded.binaries import EmbeddedError, find_binaries
from minsheng.ground.embedded.roles import DATABASE, ensure_roles
from minsheng.ground.embedded.server import PostgreSQL

__all__ = ["DATABASE", "EmbeddedError", "PostgreSQL", "ensure_roles", "find_binaries"]
