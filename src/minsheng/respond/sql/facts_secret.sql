-- Orders that a range of transactions made secret: what the lake has of their words and place must leave it.
INSERT INTO respond_forgotten (order_id)
SELECT DISTINCT o.id FROM respond_event e JOIN respond_order o ON o.id = e.order_id AND o.secret
WHERE e.tx >= %(since)s::text::xid8 AND e.tx < %(upto)s::text::xid8 AND e.name <> 'received'
ON CONFLICT DO NOTHING
