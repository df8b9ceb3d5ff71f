"""Tables of the account room: appeals, tolerance, inquiries and the auditor's work."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "audit.sql"


class Migration(migrations.Migration):
    dependencies = [("account", "0004_witnesses"), ("foresee", "0001_tables")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
