-- The end of the batch that holds the last leaf dated before `ends`, from `first` on.
SELECT max(l.index) + 1 FROM account_leaf l
WHERE l.index >= %(first)s AND l.batch = (
    SELECT batch FROM account_leaf WHERE index = (SELECT max(index) FROM account_leaf WHERE index >= %(first)s AND day < %(ends)s)
)
