SELECT
  MAX("t0"."received_at") AS "last"
FROM "orders" AS "t0"
