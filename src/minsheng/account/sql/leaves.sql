-- A batch of order leaves, numbered from `size` on in the order in which they are given.
INSERT INTO account_leaf (index, kind, day, commitment, order_id, seq, batch)
SELECT %(size)s + n - 1, kind, day, commitment, order_id, seq, %(size)s
FROM unnest(%(kinds)s::smallint[], %(days)s::date[], %(commitments)s::bytea[], %(orders)s::bigint[], %(seqs)s::int[])
    WITH ORDINALITY AS r(kind, day, commitment, order_id, seq, n)
