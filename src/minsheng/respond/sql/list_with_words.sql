-- Among the newest 20,000 orders, those whose redacted copy holds some words, newest first.
SELECT COLUMNS
FROM (SELECT order_id, title, text, proposals FROM respond_copy ORDER BY order_id DESC LIMIT 20000) c
JOIN respond_order o ON o.id = c.order_id
WHERE c.text ILIKE %(like)s ORDER BY o.id DESC LIMIT %(n)s
