SELECT
  "t0"."order_id",
  "t0"."no",
  "t0"."day",
  "t0"."received_at",
  "t0"."category",
  "t0"."area",
  "t0"."place",
  "t0"."unit",
  "t0"."state",
  "t0"."due",
  "t0"."closed_at",
  "t0"."on_time",
  "t0"."resolved",
  "t0"."reworks"
FROM "orders" AS "t0"
WHERE
  "t0"."day" >= MAKE_DATE(2025, 1, 6)
  AND "t0"."day" < MAKE_DATE(2025, 5, 26)
  AND "t0"."category" = '010101'
  AND "t0"."county" = '410501'
ORDER BY
  "t0"."received_at" DESC,
  "t0"."order_id" DESC
