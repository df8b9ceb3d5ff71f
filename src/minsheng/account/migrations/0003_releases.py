"""Tables of the account room: releases."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "releases.sql"


class Migration(migrations.Migration):
    dependencies = [("account", "0002_ballots")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
