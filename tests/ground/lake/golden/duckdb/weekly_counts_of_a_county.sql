SELECT
  "t1"."category2",
  "t1"."week",
  COUNT(*) AS "n"
FROM (
  SELECT
    "t0"."category2",
    CAST(FLOOR((
      DATE_DIFF('DAY', MAKE_DATE(2025, 1, 6), "t0"."day")
    ) / (
      7
    )) AS BIGINT) AS "week"
  FROM "orders" AS "t0"
  WHERE
    "t0"."day" >= MAKE_DATE(2025, 1, 6)
    AND "t0"."day" < MAKE_DATE(2025, 5, 26)
    AND "t0"."county" = '410501'
) AS "t1"
GROUP BY
  1,
  2
