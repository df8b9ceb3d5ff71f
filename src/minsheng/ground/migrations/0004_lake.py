"""How far the facts of this database have gone to the lake: one row, kept by `respond.facts`."""

from django.db import migrations

MAKE = """
CREATE TABLE ground_lake (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    server bigint NOT NULL,
    lake text NOT NULL DEFAULT '',
    upto bigint NOT NULL DEFAULT 0,
    pending bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE ground_lake IS '事实入湖的进度 How far facts have gone to the lake';
COMMENT ON COLUMN ground_lake.server IS 'System identifier of the server whose transaction ids are meant: those of '
    'respond_event.tx too';
COMMENT ON COLUMN ground_lake.lake IS 'Name of the lake that the facts go to; empty before the first';
COMMENT ON COLUMN ground_lake.upto IS 'Facts of all transactions below are in the lake';
COMMENT ON COLUMN ground_lake.pending IS 'Facts of all transactions below are on their way to it';
INSERT INTO ground_lake (server) SELECT system_identifier FROM pg_control_system();
GRANT SELECT, UPDATE ON ground_lake TO minsheng_app;
GRANT SELECT ON ground_lake TO minsheng_loader;
"""


class Migration(migrations.Migration):
    dependencies = [("ground", "0003_simulation")]
    operations = [migrations.RunSQL(MAKE, "DROP TABLE ground_lake")]
