-- Orders that some units have had, newest first.
SELECT COLUMNS
FROM respond_order o LEFT JOIN respond_copy c ON c.order_id = o.id
WHERE o.id = ANY (ARRAY(
    SELECT DISTINCT t.order_id
    FROM unnest(%(units)s::text[]) AS u, LATERAL (
        SELECT order_id FROM respond_assignment
        WHERE unit = u AND order_id < %(before)s ORDER BY order_id DESC LIMIT %(n)s
    ) AS t
    ORDER BY t.order_id DESC LIMIT %(n)s
)) AND (%(state)s::text IS NULL OR o.state = %(state)s)
ORDER BY o.id DESC
