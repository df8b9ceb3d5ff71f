-- Orders in one state, newest first.
SELECT COLUMNS
FROM respond_order o LEFT JOIN respond_copy c ON c.order_id = o.id
WHERE o.id < %(before)s AND o.state = %(state)s ORDER BY o.id DESC LIMIT %(n)s
