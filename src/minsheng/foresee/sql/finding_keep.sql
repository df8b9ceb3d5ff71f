INSERT INTO foresee_finding (
    made_on, kind, key, name, category, area, unit, since, until, seen, expected, p, orders, data
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
