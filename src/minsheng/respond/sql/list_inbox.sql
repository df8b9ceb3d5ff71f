-- A unit's live assignments, first due first; the due date shown is the order's running clock.
SELECT COLUMNS, a.state, a.id, a.due
FROM respond_assignment a
JOIN respond_order o ON o.id = a.order_id
LEFT JOIN respond_copy c ON c.order_id = o.id
WHERE a.unit = %(unit)s AND a.live AND (a.due, a.order_id) > (%(due)s, %(id)s)
ORDER BY a.due, a.order_id LIMIT %(n)s
