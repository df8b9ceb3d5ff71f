SELECT
  "t1"."month" AS "month",
  "t1"."category" AS "category",
  "t1"."unit" AS "unit",
  COUNT(*) AS "n",
  countIf("t1"."excluded") AS "excluded",
  countIf("t1"."judged") AS "due_n",
  countIf("t1"."late") AS "overdue",
  countIf("t1"."resolved" <> '') AS "asked",
  countIf("t1"."resolved" = 'yes') AS "resolved",
  countIf("t1"."reworks" > 0) AS "reworked",
  countIf("t1"."open") AS "open"
FROM (
  SELECT
    "t0"."category" AS "category",
    "t0"."unit" AS "unit",
    "t0"."excluded" AS "excluded",
    "t0"."resolved" AS "resolved",
    "t0"."reworks" AS "reworks",
    (
      toYear("t0"."day") * 100
    ) + toMonth("t0"."day") AS "month",
    isNotNull("t0"."due")
    AND (
      isNotNull("t0"."first_replied_at")
      OR isNotNull("t0"."closed_at")
      OR (
        "t0"."due" < toTimeZone(CAST('2025-05-20 04:30:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
      )
    ) AS "judged",
    COALESCE(
      "t0"."first_replied_at",
      "t0"."closed_at",
      toTimeZone(CAST('2025-05-20 04:30:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
    ) > "t0"."due" AS "late",
    isNull("t0"."closed_at") AS "open"
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" >= toDate('2025-01-06') AND "t0"."day" < toDate('2025-05-26')
) AS "t1"
GROUP BY
  "t1"."month",
  "t1"."category",
  "t1"."unit"
