SELECT kind, key, name, since, until, seen, expected, p, category, area, unit, orders, data::text, id, made_on, topic
FROM foresee_finding WHERE id = %s
