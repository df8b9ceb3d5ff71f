-- Among the newest 500 orders of each of some units, those whose redacted copy holds some words, newest first.
SELECT COLUMNS
FROM respond_order o JOIN respond_copy c ON c.order_id = o.id
WHERE o.id = ANY (ARRAY(
    SELECT DISTINCT t.order_id
    FROM unnest(%(units)s::text[]) AS u, LATERAL (
        SELECT order_id FROM respond_assignment WHERE unit = u ORDER BY order_id DESC LIMIT 500
    ) AS t
)) AND c.text ILIKE %(like)s ORDER BY o.id DESC LIMIT %(n)s
