-- The leaf that names a release, at the next number. Its key is the release's own digest.
WITH grown AS (UPDATE account_ledger SET size = size + 1 RETURNING size - 1 AS index)
INSERT INTO account_leaf (index, kind, day, commitment, told, key, batch)
SELECT index, %(kind)s, %(day)s, %(commitment)s, %(told)s, %(key)s, index FROM grown
RETURNING index
