-- Orders on which a unit asks for something, first due first.
SELECT COLUMNS, (o.value -> 'asks')::text
FROM respond_order o LEFT JOIN respond_copy c ON c.order_id = o.id
WHERE o.value -> 'asks' <> '[]'::jsonb
    AND (coalesce(o.due, 'infinity'::timestamptz), o.id) > (%(due)s, %(id)s)
ORDER BY coalesce(o.due, 'infinity'::timestamptz), o.id LIMIT %(n)s
