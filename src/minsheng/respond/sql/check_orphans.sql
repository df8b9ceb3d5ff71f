-- Anything in the vault that belongs to no order.
SELECT 'words' AS what, order_id FROM vault.words w
WHERE NOT EXISTS (SELECT FROM respond_order o WHERE o.id = w.order_id)
UNION
SELECT 'person', order_id FROM vault.person p
WHERE NOT EXISTS (SELECT FROM respond_order o WHERE o.id = p.order_id)
UNION
SELECT 'key', order_id FROM vault.order_key k
WHERE NOT EXISTS (SELECT FROM respond_order o WHERE o.id = k.order_id)
