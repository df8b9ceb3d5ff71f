-- The newest findings of each kind, most surprising first.
SELECT kind, key, name, since, until, seen, expected, p, category, area, unit, orders, data::text, id, made_on, topic
FROM foresee_finding
WHERE kind = ANY (%(kinds)s) AND made_on = (
    SELECT max(made_on) FROM foresee_finding AS newest WHERE newest.kind = foresee_finding.kind)
ORDER BY p NULLS LAST, seen DESC, key LIMIT %(most)s
