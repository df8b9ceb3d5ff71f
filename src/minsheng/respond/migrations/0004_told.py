"""Events carry what they tell the public, and the commitment to it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "told.sql"


class Migration(migrations.Migration):
    dependencies = [("respond", "0003_facts")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
