-- The next id that intake would take (it takes blocks of the sequence's step).
SELECT CASE WHEN s.is_called THEN s.last_value + d.seqincrement ELSE s.last_value END
FROM respond_number s, pg_sequence d
WHERE d.seqrelid = 'respond_number'::regclass
