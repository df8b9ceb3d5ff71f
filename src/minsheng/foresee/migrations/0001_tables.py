"""Topics, sessions, mechanisms and their events, and who sees them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "sql" / "tables.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ground", "0003_simulation")]
    operations = [migrations.RunSQL(SQL.read_text("utf-8"), migrations.RunSQL.noop)]
