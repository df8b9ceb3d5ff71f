-- All steps of one case, or of the newest cases of the kinds, unit and month asked for; in the present sight.
SELECT s.no, s.seq, s.kind, s.unit, s.month, s.name, s.at, s.by, s.role, s.by_unit, s.data::text, s.hash
FROM (
    SELECT no, at FROM account_step
    WHERE seq = 1 AND (%(no)s::text IS NULL OR no = %(no)s) AND kind = ANY (%(kinds)s)
        AND (%(unit)s::text IS NULL OR unit = %(unit)s) AND (%(month)s::text IS NULL OR month = %(month)s)
    ORDER BY at DESC, no DESC LIMIT 500
) c JOIN account_step s USING (no)
ORDER BY c.at DESC, s.no DESC, s.seq
