"""Tables of the account room: ballots."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "ballots.sql"


class Migration(migrations.Migration):
    dependencies = [("account", "0001_tables"), ("respond", "0006_sealed")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
