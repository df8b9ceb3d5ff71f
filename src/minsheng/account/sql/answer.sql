-- One answer of a witness to a head, unless it said the same of it before.
INSERT INTO account_witness_answer (size, witness, vkey, said, words, line, at)
VALUES (%(size)s, %(witness)s, %(vkey)s, %(said)s, %(words)s, %(line)s, %(at)s)
ON CONFLICT DO NOTHING
