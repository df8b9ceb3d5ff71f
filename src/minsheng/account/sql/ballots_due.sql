-- The answers that count of orders closed in a span of time: the last grade given until the ballots closed.
SELECT DISTINCT ON (c.order_id) c.order_id, c.agency, r.grade, r.commitment, r.digits, c.closed_at
FROM account_closings(%(since)s, %(until)s) c
JOIN vault.rating r ON r.order_id = c.order_id AND r.at < c.closed_at + %(open)s
WHERE r.grade = ANY (%(grades)s) AND r.commitment IS NOT NULL
ORDER BY c.order_id, r.at DESC, r.seq DESC
