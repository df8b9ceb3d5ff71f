-- An answer, and the commitment to it that the ledger takes.
WITH kept AS (
    INSERT INTO vault.rating (order_id, seq, grade, route, at, box, commitment, digits)
    VALUES (%(order)s, %(seq)s, %(grade)s, %(route)s, %(at)s, %(box)s, %(commitment)s, %(digits)s)
)
INSERT INTO respond_sealed (commitment, day) VALUES (%(commitment)s, %(day)s)
