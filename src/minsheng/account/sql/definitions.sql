-- All metric definitions in the log (leaves of kind METRIC), oldest first.
SELECT index, day, told::text, key FROM account_leaf WHERE kind = 12 ORDER BY index
