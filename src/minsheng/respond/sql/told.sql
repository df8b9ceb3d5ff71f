-- What an event tells the public, and the commitment to it (阳光账本): kind of the leaf, the city's day, groups of fields.
ALTER TABLE respond_event
    ADD COLUMN leaf smallint,
    ADD COLUMN leaf_day date,
    ADD COLUMN told jsonb,
    ADD COLUMN commitment bytea,
    ADD CHECK (num_nulls(leaf, leaf_day, told, commitment) IN (0, 4)),
    ADD CHECK (length(commitment) = 32);

-- What the ledger takes: commitments by the transaction that made them. The reader's own sight holds.
CREATE VIEW respond_commitment WITH (security_invoker = true) AS
    SELECT order_id, seq, leaf, leaf_day, commitment, told, tx FROM respond_event WHERE leaf IS NOT NULL;
GRANT SELECT ON respond_commitment TO minsheng_app, minsheng_loader;
