-- Channels whose receipts have a gap, and orders told to the ledger that have none.
SELECT 'counter of ' || c.channel || ' stands at ' || c.last || ', its receipts are ' || count(r.number) || ' up to '
    || coalesce(max(r.number), 0)
FROM respond_counter c LEFT JOIN respond_receipt r USING (channel)
GROUP BY c.channel, c.last HAVING c.last <> count(r.number) OR c.last <> max(r.number)
UNION ALL
SELECT 'order ' || e.order_id || ' has no receipt' FROM respond_event e
WHERE e.seq = 1 AND e.leaf IS NOT NULL AND NOT EXISTS (SELECT FROM respond_receipt r WHERE r.order_id = e.order_id)
