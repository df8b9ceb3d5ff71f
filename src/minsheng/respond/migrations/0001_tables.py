"""Orders, events, timers, the vault, and the row-level security over them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "tables.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("ground", "0002_access"),
        ("procrastinate", "__latest__"),
        ("sessions", "__latest__"),
        ("contenttypes", "__latest__"),
    ]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
