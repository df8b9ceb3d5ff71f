"""Where simulated data come from: one row once a simulation run has been loaded, kept with how far it has come."""

from django.db import migrations

MAKE = """
CREATE TABLE ground_simulation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    plan jsonb NOT NULL,
    fingerprint text NOT NULL,
    days_done int NOT NULL DEFAULT 0,
    numbers_to bigint NOT NULL DEFAULT 0,
    finished boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ground_simulation IS '模拟数据来源 Provenance of simulated data: while this row stands, every page '
    'and every export of the house says that its data are simulated; it also tells how far the run has come.';
COMMENT ON COLUMN ground_simulation.plan IS 'What was run, as it was asked for';
COMMENT ON COLUMN ground_simulation.fingerprint IS 'Of plan, pack and rules: a run is gone on with only under the same';
COMMENT ON COLUMN ground_simulation.days_done IS 'Simulated days whose orders all stand in the database';
COMMENT ON COLUMN ground_simulation.numbers_to IS 'The highest id of an order that the run has written';
COMMENT ON COLUMN ground_simulation.finished IS 'Whether the run has come to its end';
GRANT SELECT ON ground_simulation TO minsheng_app;
GRANT SELECT, INSERT, UPDATE ON ground_simulation TO minsheng_loader;
"""


class Migration(migrations.Migration):
    dependencies = [("ground", "0002_access")]
    operations = [migrations.RunSQL(MAKE, "DROP TABLE ground_simulation")]
