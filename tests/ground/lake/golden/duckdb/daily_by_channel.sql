SELECT
  "t1"."channel",
  "t1"."day",
  COUNT(*) AS "n"
FROM (
  SELECT
    *
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" >= MAKE_DATE(2025, 1, 6) AND "t0"."day" < MAKE_DATE(2025, 5, 26)
) AS "t1"
GROUP BY
  1,
  2
