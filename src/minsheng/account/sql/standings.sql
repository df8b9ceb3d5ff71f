-- For each key of a witness: the last head that it cosigned and when, and what it said last.
SELECT vkey,
    coalesce(max(size) FILTER (WHERE said = 'cosigned'), 0),
    max(at) FILTER (WHERE said = 'cosigned'),
    (array_agg(said ORDER BY at DESC, size DESC))[1],
    (array_agg(words ORDER BY at DESC, size DESC))[1],
    max(at)
FROM account_witness_answer
GROUP BY vkey
