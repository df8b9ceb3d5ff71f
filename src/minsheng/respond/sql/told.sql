-- What an event tells the public, and the commitment to it (阳光账本): kind of the leaf, the city's day, groups of fields.
ALTER TABLE respond_event
    ADD COLUMN leaf smallint,
    ADD COLUMN leaf_day date,
    ADD COLUMN told jsonb,
    ADD COLUMN commitment bytea,
    ADD CHECK (num_nulls(leaf, leaf_day, told, commitment) IN (0, 4)),
    ADD CHECK (length(commitment) = 32);
