SELECT
  "t0"."order_id" AS "order_id",
  "t0"."no" AS "no",
  "t0"."day" AS "day",
  "t0"."received_at" AS "received_at",
  "t0"."category" AS "category",
  "t0"."area" AS "area",
  "t0"."place" AS "place",
  "t0"."unit" AS "unit",
  "t0"."state" AS "state",
  "t0"."due" AS "due",
  "t0"."closed_at" AS "closed_at",
  "t0"."on_time" AS "on_time",
  "t0"."resolved" AS "resolved",
  "t0"."reworks" AS "reworks"
FROM "orders" AS "t0"
WHERE
  "t0"."day" >= toDate('2025-01-06')
  AND "t0"."day" < toDate('2025-05-26')
  AND "t0"."category" = '010101'
  AND "t0"."county" = '410501'
ORDER BY
  "t0"."received_at" DESC,
  "t0"."order_id" DESC
