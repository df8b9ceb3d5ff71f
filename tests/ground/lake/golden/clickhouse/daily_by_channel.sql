SELECT
  "t1"."channel" AS "channel",
  "t1"."day" AS "day",
  COUNT(*) AS "n"
FROM (
  SELECT
    *
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" >= toDate('2025-01-06') AND "t0"."day" < toDate('2025-05-26')
) AS "t1"
GROUP BY
  "t1"."channel",
  "t1"."day"
