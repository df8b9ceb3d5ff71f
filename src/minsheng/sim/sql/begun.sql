-- From here on the city's data are simulated, and say so.
INSERT INTO ground_simulation (plan, fingerprint, numbers_to) VALUES (%s::jsonb, %s, %s)
