-- Commitments of ended transactions that have no number yet, in no order.
SELECT c.order_id, c.seq, c.leaf, c.leaf_day, c.commitment
FROM respond_commitment c
WHERE c.tx >= %(since)s::text::xid8 AND c.tx < %(upto)s::text::xid8
    AND NOT EXISTS (SELECT FROM account_leaf l WHERE l.order_id = c.order_id AND l.seq = c.seq)
