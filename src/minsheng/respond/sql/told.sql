-- What an event tells the public, and the commitment to it (阳光账本): kind of the leaf, the city's day, groups of fields.
ALTER TABLE respond_event
    ADD COLUMN leaf smallint,
    ADD COLUMN leaf_day date,
    ADD COLUMN told jsonb,
    ADD COLUMN commitment bytea,
    ADD CHECK (num_nulls(leaf, leaf_day, told, commitment) IN (0, 4)),
    ADD CHECK (length(commitment) = 32);

-- What the ledger takes: the commitments of a range of transactions. The caller's own sight holds. A function and not a
-- view, because a column that a view names could not be made anew on another server.
CREATE FUNCTION respond_commitments(since xid8, upto xid8)
RETURNS TABLE (order_id bigint, seq int, leaf smallint, leaf_day date, commitment bytea)
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT order_id, seq, leaf, leaf_day, commitment FROM respond_event
    WHERE leaf IS NOT NULL AND tx >= since AND tx < upto
$$;
REVOKE ALL ON FUNCTION respond_commitments(xid8, xid8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION respond_commitments(xid8, xid8) TO minsheng_app, minsheng_loader;
