-- What the lake needs of the database (事实出库). `tx` tells which transaction wrote an event; pg_snapshot_xmin then says
-- which are sure to have ended, so that a range of `tx` never grows any more. Events from before have the first of all.
ALTER TABLE respond_event ADD COLUMN tx xid8 NOT NULL DEFAULT '3';
ALTER TABLE respond_event ALTER COLUMN tx SET DEFAULT pg_current_xact_id();
CREATE INDEX respond_event_tx ON respond_event (tx);

-- Orders whose words and place must leave the lake; a row stands until they have.
CREATE TABLE respond_forgotten (order_id bigint PRIMARY KEY);
GRANT SELECT, INSERT, DELETE ON respond_forgotten TO minsheng_app;

-- A database that was restored on another server carries transaction ids that mean nothing there: all events begin anew.
CREATE FUNCTION respond_facts_on_this_server() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
    here bigint := (SELECT system_identifier FROM pg_control_system());
BEGIN
    IF here = (SELECT server FROM ground_lake) THEN RETURN false; END IF;
    LOCK TABLE respond_event IN ACCESS EXCLUSIVE MODE;
    IF here = (SELECT server FROM ground_lake) THEN RETURN false; END IF;
    ALTER TABLE respond_event DROP COLUMN tx;
    ALTER TABLE respond_event ADD COLUMN tx xid8 NOT NULL DEFAULT '3';
    ALTER TABLE respond_event ALTER COLUMN tx SET DEFAULT pg_current_xact_id();
    CREATE INDEX respond_event_tx ON respond_event (tx);
    UPDATE ground_lake SET server = here, upto = 0, pending = 0;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION respond_facts_on_this_server() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION respond_facts_on_this_server() TO minsheng_app;
