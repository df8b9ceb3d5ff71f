-- Orders whose redacted copy holds some words, newest first.
SELECT COLUMNS
FROM respond_order o JOIN respond_copy c ON c.order_id = o.id
WHERE c.text ILIKE %(like)s ORDER BY o.id DESC LIMIT %(n)s
