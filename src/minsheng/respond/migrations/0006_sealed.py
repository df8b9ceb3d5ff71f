"""Answers on satisfaction are sealed: committed to at once, changeable, counted once."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "sealed.sql"


class Migration(migrations.Migration):
    dependencies = [("respond", "0005_receipts")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
