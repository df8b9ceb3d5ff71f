-- By channel, the number up to which every receipt's leaf is in the log; nothing for channels that already said so much.
SELECT c.channel, coalesce(min(r.number) FILTER (WHERE l.index IS NULL) - 1, c.last) AS last
FROM respond_counter c
JOIN respond_receipt r USING (channel)
LEFT JOIN account_leaf l ON l.order_id = r.order_id AND l.seq = 1
WHERE r.number > coalesce((SELECT max((k.told->0->>'last')::bigint) FROM account_leaf k
    WHERE k.kind = 10 AND k.told->0->>'channel' = c.channel), 0)
GROUP BY c.channel, c.last
HAVING coalesce(min(r.number) FILTER (WHERE l.index IS NULL) - 1, c.last) >= min(r.number)
ORDER BY c.channel
