SELECT
  `t1`.`month`,
  `t1`.`category`,
  `t1`.`unit`,
  COUNT(*) AS `n`,
  SUM(CAST(`t1`.`excluded` AS BIGINT)) AS `excluded`,
  SUM(CAST(`t1`.`judged` AS BIGINT)) AS `due_n`,
  SUM(CAST(`t1`.`late` AS BIGINT)) AS `overdue`,
  SUM(CAST(`t1`.`resolved` <> '' AS BIGINT)) AS `asked`,
  SUM(CAST(`t1`.`resolved` = 'yes' AS BIGINT)) AS `resolved`,
  SUM(CAST(`t1`.`reworks` > 0 AS BIGINT)) AS `reworked`,
  SUM(CAST(`t1`.`open` AS BIGINT)) AS `open`
FROM (
  SELECT
    `t0`.`category`,
    `t0`.`unit`,
    `t0`.`excluded`,
    `t0`.`resolved`,
    `t0`.`reworks`,
    (
      EXTRACT(year FROM `t0`.`day`) * 100
    ) + EXTRACT(month FROM `t0`.`day`) AS `month`,
    (
      `t0`.`due` IS NOT NULL
    )
    AND (
      (
        `t0`.`first_replied_at` IS NOT NULL
      )
      OR (
        `t0`.`closed_at` IS NOT NULL
      )
      OR (
        `t0`.`due` < CAST('2025-05-20 04:30:00+00:00' AS TIMESTAMP)
      )
    ) AS `judged`,
    COALESCE(
      `t0`.`first_replied_at`,
      `t0`.`closed_at`,
      CAST('2025-05-20 04:30:00+00:00' AS TIMESTAMP)
    ) > `t0`.`due` AS `late`,
    `t0`.`closed_at` IS NULL AS `open`
  FROM `orders` AS `t0`
  WHERE
    `t0`.`day` >= MAKE_DATE(2025, 1, 6) AND `t0`.`day` < MAKE_DATE(2025, 5, 26)
) AS `t1`
GROUP BY
  1,
  2,
  3
