SELECT
  *
FROM (
  SELECT
    "t1"."county" AS "county",
    "t1"."place" AS "place",
    COUNT(*) AS "n",
    uniq("t1"."day") AS "days",
    countIf("t1"."resolved" = 'no') AS "unresolved",
    MIN("t1"."order_id") AS "first_order",
    MAX("t1"."order_id") AS "newest_order"
  FROM (
    SELECT
      *
    FROM "orders" AS "t0"
    WHERE
      "t0"."day" >= toDate('2025-01-06')
      AND "t0"."day" < toDate('2025-05-26')
      AND "t0"."place" <> ''
  ) AS "t1"
  GROUP BY
    "t1"."county",
    "t1"."place"
) AS "t2"
WHERE
  "t2"."n" >= 3
ORDER BY
  "t2"."n" DESC,
  "t2"."county" ASC,
  "t2"."place" ASC
