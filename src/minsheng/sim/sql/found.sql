-- The run that is in the database, if any, and whether there are orders.
SELECT s.fingerprint, coalesce(s.days_done, 0), coalesce(s.finished, false), coalesce(s.numbers_to, 0),
    EXISTS (SELECT FROM respond_order)
FROM (SELECT) nothing LEFT JOIN ground_simulation s ON true
