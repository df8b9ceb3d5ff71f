-- Earlier orders of one telephone number, newest first.
SELECT COLUMNS
FROM vault.person p
JOIN respond_order o ON o.id = p.order_id
LEFT JOIN respond_copy c ON c.order_id = o.id
WHERE p.phone_digest = %(digest)s ORDER BY o.id DESC LIMIT %(n)s
