SELECT
  `t4`.`order_id`
FROM (
  SELECT
    `t3`.`order_id`,
    `t3`.`place`,
    `t3`.`category2`,
    `t3`.`at`,
    `t3`.`received`,
    `t3`.`closing`,
    MIN(`t3`.`received`) OVER (
      PARTITION BY `t3`.`place`, `t3`.`category2`
      ORDER BY `t3`.`at` ASC NULLS LAST
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    ) AS `next`
  FROM (
    SELECT
      *
    FROM (
      SELECT
        `t0`.`order_id`,
        `t0`.`place`,
        `t0`.`category2`,
        CAST(`t0`.`received_at` AS TIMESTAMP) AS `at`,
        CAST(`t0`.`received_at` AS TIMESTAMP) AS `received`,
        FALSE AS `closing`
      FROM `orders` AS `t0`
      WHERE
        `t0`.`place` <> '' AND `t0`.`category2` <> ''
    ) AS `t1`
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        `t0`.`order_id`,
        `t0`.`place`,
        `t0`.`category2`,
        `t0`.`closed_at` AS `at`,
        CAST(NULL AS TIMESTAMP) AS `received`,
        TRUE AS `closing`
      FROM `orders` AS `t0`
      WHERE
        `t0`.`place` <> ''
        AND `t0`.`category2` <> ''
        AND `t0`.`closed_at` >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMP)
        AND `t0`.`closed_at` < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMP)
    ) AS `t2`
  ) AS `t3`
) AS `t4`
WHERE
  `t4`.`closing` AND `t4`.`next` <= (
    `t4`.`at` + INTERVAL '30' DAY
  )
