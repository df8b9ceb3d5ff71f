-- Intake goes on after some id; never backwards.
SELECT setval('respond_number', %(upto)s::bigint + 1, false)
FROM respond_number s, pg_sequence d
WHERE d.seqrelid = 'respond_number'::regclass
    AND CASE WHEN s.is_called THEN s.last_value + d.seqincrement ELSE s.last_value END <= %(upto)s::bigint
