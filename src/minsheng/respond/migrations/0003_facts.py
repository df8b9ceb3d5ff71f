"""Events know their transaction, so that the lake takes each exactly once; and which orders the lake must forget."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "facts_tables.sql"


class Migration(migrations.Migration):
    dependencies = [("respond", "0002_bulk"), ("ground", "0004_lake")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
