"""Leaves by their number, and the heads that were signed."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "tables.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("respond", "0004_told")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
