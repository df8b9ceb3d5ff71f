-- The copies with identity taken out, of orders received in a range of transactions and not to be kept secret.
SELECT o.id AS order_id, (o.received_at AT TIME ZONE %(tz)s)::date AS day, c.title, c.text
FROM respond_event e
JOIN respond_order o ON o.id = e.order_id AND NOT o.secret
JOIN respond_copy c ON c.order_id = o.id
WHERE e.tx >= %(since)s::text::xid8 AND e.tx < %(upto)s::text::xid8 AND e.name = 'received'
ORDER BY o.id
