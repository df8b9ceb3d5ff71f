-- The end of the last batch that holds an earlier event of an order whose later one stands before `past`.
SELECT max(b.index) + 1 FROM account_leaf b
WHERE b.index >= %(past)s AND b.batch = (
    SELECT l.batch FROM account_leaf l
    WHERE l.index >= %(past)s AND EXISTS (
        SELECT FROM account_leaf e WHERE e.order_id = l.order_id AND e.seq > l.seq AND e.index < %(past)s
    )
    ORDER BY l.index DESC LIMIT 1
)
