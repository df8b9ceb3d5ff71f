-- Open orders that show one card, first due first.
SELECT COLUMNS
FROM respond_order o LEFT JOIN respond_copy c ON c.order_id = o.id
WHERE o.card = %(card)s AND o.state NOT IN ('closed', 'archived') AND (o.due, o.id) > (%(due)s, %(id)s)
ORDER BY o.due, o.id LIMIT %(n)s
