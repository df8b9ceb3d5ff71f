SELECT
  "t1"."category" AS "category",
  "t1"."township" AS "township",
  "t1"."unit" AS "unit",
  "t1"."week" AS "week",
  COUNT(*) AS "n"
FROM (
  SELECT
    "t0"."category" AS "category",
    "t0"."township" AS "township",
    "t0"."unit" AS "unit",
    CAST(FLOOR((
      DATE_DIFF(DAY, toDate('2025-01-06'), "t0"."day")
    ) / (
      7
    )) AS Nullable(Int64)) AS "week"
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" >= toDate('2025-01-06') AND "t0"."day" < toDate('2025-05-26')
) AS "t1"
GROUP BY
  "t1"."category",
  "t1"."township",
  "t1"."unit",
  "t1"."week"
