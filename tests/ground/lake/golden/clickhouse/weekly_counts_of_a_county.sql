SELECT
  "t1"."category2" AS "category2",
  "t1"."week" AS "week",
  COUNT(*) AS "n"
FROM (
  SELECT
    "t0"."category2" AS "category2",
    CAST(FLOOR((
      DATE_DIFF(DAY, toDate('2025-01-06'), "t0"."day")
    ) / (
      7
    )) AS Nullable(Int64)) AS "week"
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" >= toDate('2025-01-06')
    AND "t0"."day" < toDate('2025-05-26')
    AND "t0"."county" = '410501'
) AS "t1"
GROUP BY
  "t1"."category2",
  "t1"."week"
