-- One row an order, for the calibration page.
SELECT o.received_at, o.closing_name, o.kind, o.category, o.dispatched_at, r.replied_at
FROM (SELECT id, received_at, value ->> 'closing' AS closing_name, kind, category,
        (value ->> 'dispatched_at')::timestamptz AS dispatched_at FROM respond_order) o
LEFT JOIN (SELECT order_id, min(at) AS replied_at FROM respond_event WHERE name = 'replied' GROUP BY order_id) r
    ON r.order_id = o.id
ORDER BY o.id
