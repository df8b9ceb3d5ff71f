-- One leaf of the house itself, with what it tells and the key that opens it.
INSERT INTO account_leaf (index, kind, day, commitment, told, key, batch)
VALUES (%(index)s, %(kind)s, %(day)s, %(commitment)s, %(told)s, %(key)s, %(batch)s)
