-- A part of the log with all that opens it: an order's leaf by its event, a leaf of the house by its own key.
SELECT l.kind, l.day, l.commitment, l.order_id, l.seq, coalesce(e.told, l.told)::text, l.key, o.salts, o.hashes
FROM account_leaf l
LEFT JOIN respond_event e ON e.order_id = l.order_id AND e.seq = l.seq
LEFT JOIN account_opening o ON o.order_id = l.order_id AND o.seq = l.seq
WHERE l.index >= %(first)s AND l.index < %(past)s
ORDER BY l.index
