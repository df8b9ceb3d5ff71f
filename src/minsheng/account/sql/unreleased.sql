-- Events of an order that made a commitment and are in no release yet, their openings not kept.
SELECT e.seq, e.told::text
FROM respond_event e
LEFT JOIN account_leaf l ON l.order_id = e.order_id AND l.seq = e.seq
WHERE e.order_id = %(order)s AND e.leaf IS NOT NULL
    AND (l.index IS NULL OR l.index >= (SELECT coalesce(max(past), 0) FROM account_release))
    AND NOT EXISTS (SELECT FROM account_opening o WHERE o.order_id = e.order_id AND o.seq = e.seq)
ORDER BY e.seq
