INSERT INTO account_step (no, seq, kind, unit, month, name, at, by, role, by_unit, data, hash)
VALUES (%(no)s, %(seq)s, %(kind)s, %(unit)s, %(month)s, %(name)s, %(at)s, %(by)s, %(role)s, %(by_unit)s, %(data)s, %(hash)s)
