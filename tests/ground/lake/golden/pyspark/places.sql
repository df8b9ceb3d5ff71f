SELECT
  *
FROM (
  SELECT
    `t1`.`county`,
    `t1`.`place`,
    COUNT(*) AS `n`,
    COUNT(DISTINCT `t1`.`day`) AS `days`,
    SUM(CAST(`t1`.`resolved` = 'no' AS BIGINT)) AS `unresolved`,
    MIN(`t1`.`order_id`) AS `first_order`,
    MAX(`t1`.`order_id`) AS `newest_order`
  FROM (
    SELECT
      *
    FROM `orders` AS `t0`
    WHERE
      `t0`.`day` >= MAKE_DATE(2025, 1, 6)
      AND `t0`.`day` < MAKE_DATE(2025, 5, 26)
      AND `t0`.`place` <> ''
  ) AS `t1`
  GROUP BY
    1,
    2
) AS `t2`
WHERE
  `t2`.`n` >= 3
ORDER BY
  `t2`.`n` DESC,
  `t2`.`county` ASC NULLS LAST,
  `t2`.`place` ASC NULLS LAST
