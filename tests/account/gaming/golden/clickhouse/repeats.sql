SELECT
  "t4"."order_id" AS "order_id"
FROM (
  SELECT
    "t3"."order_id" AS "order_id",
    "t3"."place" AS "place",
    "t3"."category2" AS "category2",
    "t3"."at" AS "at",
    "t3"."received" AS "received",
    "t3"."closing" AS "closing",
    MIN("t3"."received") OVER (
      PARTITION BY "t3"."place", "t3"."category2"
      ORDER BY "t3"."at" ASC
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS "next"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        "t0"."order_id" AS "order_id",
        "t0"."place" AS "place",
        "t0"."category2" AS "category2",
        toTimeZone(CAST("t0"."received_at" AS Nullable(DateTime64(6, 'UTC'))), 'UTC') AS "at",
        toTimeZone(CAST("t0"."received_at" AS Nullable(DateTime64(6, 'UTC'))), 'UTC') AS "received",
        FALSE AS "closing"
      FROM "orders" AS "t0"
      WHERE
        "t0"."place" <> '' AND "t0"."category2" <> ''
    ) AS "t1"
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        "t0"."order_id" AS "order_id",
        "t0"."place" AS "place",
        "t0"."category2" AS "category2",
        "t0"."closed_at" AS "at",
        CAST(NULL AS Nullable(DateTime64(6, 'UTC'))) AS "received",
        TRUE AS "closing"
      FROM "orders" AS "t0"
      WHERE
        "t0"."place" <> ''
        AND "t0"."category2" <> ''
        AND "t0"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
        AND "t0"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
    ) AS "t2"
  ) AS "t3"
) AS "t4"
WHERE
  "t4"."closing" AND "t4"."next" <= (
    "t4"."at" + INTERVAL '30' DAY
  )
