-- What waits at each desk, each count stopped at 100 so that none reads a whole table.
SELECT name, n FROM (
    SELECT 'agent' AS name, (SELECT count(*) FROM (SELECT FROM respond_order
        WHERE state = 'received' AND state NOT IN ('closed', 'archived') LIMIT 100) x) AS n WHERE 'agent' = ANY (%(wanted)s)
    UNION ALL
    SELECT 'pool', (SELECT count(*) FROM (SELECT FROM respond_order
        WHERE state = 'to_dispatch' AND state NOT IN ('closed', 'archived') LIMIT 100) x) WHERE 'pool' = ANY (%(wanted)s)
    UNION ALL
    SELECT 'review', (SELECT count(*) FROM (SELECT FROM respond_order
        WHERE state = 'to_review' AND state NOT IN ('closed', 'archived') LIMIT 100) x) WHERE 'review' = ANY (%(wanted)s)
    UNION ALL
    SELECT 'callback', (SELECT count(*) FROM (SELECT FROM respond_order
        WHERE state = 'to_call_back' AND clock = 'call_back' AND state NOT IN ('closed', 'archived') LIMIT 100) x)
        WHERE 'callback' = ANY (%(wanted)s)
    UNION ALL
    SELECT 'supervision', (SELECT count(*) FROM (SELECT FROM respond_order
        WHERE card IS NOT NULL AND state NOT IN ('closed', 'archived') LIMIT 100) x)
        WHERE 'supervision' = ANY (%(wanted)s)
    UNION ALL
    SELECT 'inbox', (SELECT count(*) FROM (SELECT FROM respond_assignment
        WHERE unit = %(unit)s AND live LIMIT 100) x) WHERE 'inbox' = ANY (%(wanted)s)
    UNION ALL
    SELECT 'approvals', (SELECT count(*) FROM (SELECT FROM respond_order
        WHERE value -> 'asks' <> '[]'::jsonb LIMIT 100) x) WHERE 'approvals' = ANY (%(wanted)s)
) counts
