-- How far the run has come.
UPDATE ground_simulation SET days_done = %(days)s, numbers_to = coalesce(%(upto)s::bigint, numbers_to), finished = %(finished)s
