"""Tables of the account room: witnesses."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "witnesses.sql"


class Migration(migrations.Migration):
    dependencies = [("account", "0003_releases")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
