-- Commitments of ended transactions that have no number yet, in no order.
SELECT c.order_id, c.seq, c.leaf, c.leaf_day, c.commitment
FROM respond_commitments(%(since)s::text::xid8, %(upto)s::text::xid8) c
WHERE NOT EXISTS (SELECT FROM account_leaf l WHERE l.order_id = c.order_id AND l.seq = c.seq)
