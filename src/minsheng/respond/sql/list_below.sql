-- Replies of level 3 that the unit above has still to review, first due first.
SELECT COLUMNS, a.state, a.id, a.due
FROM respond_assignment a
JOIN respond_assignment b ON b.order_id = a.order_id AND b.parent = a.id AND b.state = 'replied' AND NOT b.accepted
JOIN respond_order o ON o.id = a.order_id
LEFT JOIN respond_copy c ON c.order_id = o.id
WHERE a.unit = %(unit)s AND a.live AND (a.due, a.order_id) > (%(due)s, %(id)s)
ORDER BY a.due, a.order_id LIMIT %(n)s
