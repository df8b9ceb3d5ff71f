"""Numbers of receipts, without gaps on each channel."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "receipts.sql"


class Migration(migrations.Migration):
    dependencies = [("respond", "0004_told")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
