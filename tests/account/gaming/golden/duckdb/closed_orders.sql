WITH "t21" AS (
  SELECT
    "t2"."order_id",
    "t2"."no",
    "t2"."version",
    "t2"."day",
    "t2"."received_at",
    "t2"."channel",
    "t2"."kind",
    "t2"."urgency",
    "t2"."secret",
    "t2"."anonymous",
    "t2"."category",
    "t2"."category2",
    "t2"."category1",
    "t2"."area",
    "t2"."township",
    "t2"."county",
    "t2"."place",
    "t2"."level",
    "t2"."unit2",
    "t2"."units",
    "t2"."co_units",
    "t2"."state",
    "t2"."promised",
    "t2"."dispatched_at",
    "t2"."due",
    "t2"."first_replied_at",
    "t2"."on_time",
    "t2"."answered_at",
    "t2"."closed_at",
    "t2"."closing",
    "t2"."resolved",
    "t2"."returns",
    "t2"."extensions",
    "t2"."reworks",
    "t2"."reopened",
    "t2"."calls",
    "t2"."excluded",
    "t2"."merged_into",
    "t2"."absorbed",
    "t2"."parked",
    "t2"."card",
    "t2"."cards",
    "t2"."unit" AS "lead",
    COALESCE("t20"."main_unit", COALESCE("t14"."to", "t2"."unit")) AS "unit",
    COALESCE(
      (
        "t2"."category2" <> ''
      )
      AND (
        (
          (
            "t2"."category2" <> ''
          )
          AND (
            "t20"."main_category" <> ''
          )
          AND (
            "t2"."category2" <> "t20"."main_category"
          )
        )
        OR (
          (
            "t2"."place" <> ''
          )
          AND (
            "t20"."main_place" <> ''
          )
          AND (
            "t2"."place" <> "t20"."main_place"
          )
        )
      ),
      FALSE
    ) AS "merged_away"
  FROM "orders" AS "t2"
  LEFT OUTER JOIN (
    SELECT
      "t6"."order_id" AS "passed_id",
      FIRST("t6"."to_unit" ORDER BY "t6"."seq" DESC) AS "to"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'passed_down'
    ) AS "t6"
    GROUP BY
      1
  ) AS "t14"
    ON "t2"."order_id" = "t14"."passed_id"
  LEFT OUTER JOIN (
    SELECT
      "t18"."no" AS "main_no",
      "t18"."unit" AS "main_unit",
      "t18"."category2" AS "main_category",
      "t18"."place" AS "main_place"
    FROM (
      SELECT
        "t2"."order_id",
        "t2"."no",
        "t2"."version",
        "t2"."day",
        "t2"."received_at",
        "t2"."channel",
        "t2"."kind",
        "t2"."urgency",
        "t2"."secret",
        "t2"."anonymous",
        "t2"."category",
        "t2"."category2",
        "t2"."category1",
        "t2"."area",
        "t2"."township",
        "t2"."county",
        "t2"."place",
        "t2"."level",
        "t2"."unit2",
        "t2"."units",
        "t2"."co_units",
        "t2"."state",
        "t2"."promised",
        "t2"."dispatched_at",
        "t2"."due",
        "t2"."first_replied_at",
        "t2"."on_time",
        "t2"."answered_at",
        "t2"."closed_at",
        "t2"."closing",
        "t2"."resolved",
        "t2"."returns",
        "t2"."extensions",
        "t2"."reworks",
        "t2"."reopened",
        "t2"."calls",
        "t2"."excluded",
        "t2"."merged_into",
        "t2"."absorbed",
        "t2"."parked",
        "t2"."card",
        "t2"."cards",
        "t2"."unit" AS "lead",
        COALESCE("t14"."to", "t2"."unit") AS "unit"
      FROM "orders" AS "t2"
      LEFT OUTER JOIN (
        SELECT
          "t6"."order_id" AS "passed_id",
          FIRST("t6"."to_unit" ORDER BY "t6"."seq" DESC) AS "to"
        FROM (
          SELECT
            *
          FROM "events" AS "t0"
          WHERE
            "t0"."name" = 'passed_down'
        ) AS "t6"
        GROUP BY
          1
      ) AS "t14"
        ON "t2"."order_id" = "t14"."passed_id"
    ) AS "t18"
  ) AS "t20"
    ON "t2"."merged_into" = "t20"."main_no" AND "t2"."merged_into" <> ''
)
SELECT
  "t46"."order_id",
  "t46"."no",
  "t46"."unit",
  "t46"."lead",
  "t46"."category",
  "t46"."category2",
  "t46"."kind",
  "t46"."place",
  "t46"."received_at",
  "t46"."closed_at",
  "t46"."due",
  "t46"."calls",
  "t46"."resolved",
  "t46"."merged_away",
  "t46"."replied_at",
  "t46"."told_at",
  "t46"."contact_at",
  "t46"."excluded"
  OR (
    "t46"."merged_into" <> ''
  )
  OR (
    "t46"."closing" = 'withdrawn'
  ) AS "left_out",
  COALESCE("t46"."result", '') AS "result",
  COALESCE("t46"."answer", '') AS "answer",
  COALESCE("t46"."reached", FALSE) AS "reached",
  COALESCE("t46"."pressed", FALSE) AS "pressed",
  COALESCE("t46"."exclusion_asked", FALSE) OR "t46"."excluded" AS "exclusion_asked",
  "t46"."kind" IN ('complaint', 'report') OR COALESCE("t46"."demoted", FALSE) AS "complaint",
  COALESCE("t46"."demoted", FALSE) AS "demoted",
  COALESCE("t46"."doubled", FALSE) AS "doubled"
FROM (
  SELECT
    "t29"."order_id",
    "t29"."no",
    "t29"."version",
    "t29"."day",
    "t29"."received_at",
    "t29"."channel",
    "t29"."kind",
    "t29"."urgency",
    "t29"."secret",
    "t29"."anonymous",
    "t29"."category",
    "t29"."category2",
    "t29"."category1",
    "t29"."area",
    "t29"."township",
    "t29"."county",
    "t29"."place",
    "t29"."level",
    "t29"."unit2",
    "t29"."units",
    "t29"."co_units",
    "t29"."state",
    "t29"."promised",
    "t29"."dispatched_at",
    "t29"."due",
    "t29"."first_replied_at",
    "t29"."on_time",
    "t29"."answered_at",
    "t29"."closed_at",
    "t29"."closing",
    "t29"."resolved",
    "t29"."returns",
    "t29"."extensions",
    "t29"."reworks",
    "t29"."reopened",
    "t29"."calls",
    "t29"."excluded",
    "t29"."merged_into",
    "t29"."absorbed",
    "t29"."parked",
    "t29"."card",
    "t29"."cards",
    "t29"."lead",
    "t29"."unit",
    "t29"."merged_away",
    "t38"."replied_id",
    "t38"."replied_at",
    "t38"."result",
    "t15"."answer_id",
    "t15"."answer",
    "t15"."told_at",
    "t15"."reached",
    "t15"."pressed",
    "t45"."contact_id",
    "t45"."contact_at",
    "t17"."changed_id",
    "t17"."exclusion_asked",
    "t17"."demoted",
    "t36"."doubled_id",
    "t36"."doubled"
  FROM (
    SELECT
      *
    FROM "t21" AS "t22"
    WHERE
      "t22"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
      AND "t22"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
  ) AS "t29"
  LEFT OUTER JOIN (
    SELECT
      "t34"."order_id" AS "replied_id",
      FIRST("t34"."at" ORDER BY "t34"."seq") AS "replied_at",
      FIRST("t34"."code" ORDER BY "t34"."seq") AS "result"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t9"."order_id",
          "t9"."seq",
          "t9"."at",
          "t9"."code",
          "t9"."by",
          "t30"."mine",
          "t30"."whose"
        FROM (
          SELECT
            "t0"."order_id",
            "t0"."seq",
            "t0"."at",
            "t0"."code",
            "t0"."unit" AS "by"
          FROM "events" AS "t0"
          WHERE
            "t0"."name" = 'replied'
        ) AS "t9"
        INNER JOIN (
          SELECT
            "t22"."order_id" AS "mine",
            "t22"."unit" AS "whose"
          FROM "t21" AS "t22"
          WHERE
            "t22"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
            AND "t22"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
        ) AS "t30"
          ON "t9"."order_id" = "t30"."mine"
      ) AS "t32"
      WHERE
        "t32"."by" = "t32"."whose"
    ) AS "t34"
    GROUP BY
      1
  ) AS "t38"
    ON "t29"."order_id" = "t38"."replied_id"
  LEFT OUTER JOIN (
    SELECT
      "t3"."order_id" AS "answer_id",
      FIRST("t3"."yes" ORDER BY "t3"."seq") FILTER(WHERE
        "t3"."yes" <> '') AS "answer",
      FIRST("t3"."at" ORDER BY "t3"."seq") FILTER(WHERE
        "t3"."yes" <> '') AS "told_at",
      BOOL_OR(CAST("t3"."reached" = 'yes' AS BOOLEAN)) AS "reached",
      BOOL_OR(CAST(CONTAINS("t3"."rest", '"pressed": true') AS BOOLEAN)) AS "pressed"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'called_back'
    ) AS "t3"
    GROUP BY
      1
  ) AS "t15"
    ON "t29"."order_id" = "t15"."answer_id"
  LEFT OUTER JOIN (
    SELECT
      "t43"."contact_id",
      MAX("t43"."contact") AS "contact_at"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t10"."contact_id",
          "t10"."contact",
          "t41"."mine",
          "t41"."until"
        FROM (
          SELECT
            "t0"."order_id" AS "contact_id",
            "t0"."at" AS "contact"
          FROM "events" AS "t0"
          WHERE
            "t0"."name" IN ('replied', 'progressed')
            AND CONTAINS("t0"."rest", '"contacted": true')
        ) AS "t10"
        INNER JOIN (
          SELECT
            "t39"."order_id" AS "mine",
            "t39"."told_at" AS "until"
          FROM (
            SELECT
              "t29"."order_id",
              "t29"."no",
              "t29"."version",
              "t29"."day",
              "t29"."received_at",
              "t29"."channel",
              "t29"."kind",
              "t29"."urgency",
              "t29"."secret",
              "t29"."anonymous",
              "t29"."category",
              "t29"."category2",
              "t29"."category1",
              "t29"."area",
              "t29"."township",
              "t29"."county",
              "t29"."place",
              "t29"."level",
              "t29"."unit2",
              "t29"."units",
              "t29"."co_units",
              "t29"."state",
              "t29"."promised",
              "t29"."dispatched_at",
              "t29"."due",
              "t29"."first_replied_at",
              "t29"."on_time",
              "t29"."answered_at",
              "t29"."closed_at",
              "t29"."closing",
              "t29"."resolved",
              "t29"."returns",
              "t29"."extensions",
              "t29"."reworks",
              "t29"."reopened",
              "t29"."calls",
              "t29"."excluded",
              "t29"."merged_into",
              "t29"."absorbed",
              "t29"."parked",
              "t29"."card",
              "t29"."cards",
              "t29"."lead",
              "t29"."unit",
              "t29"."merged_away",
              "t38"."replied_id",
              "t38"."replied_at",
              "t38"."result",
              "t15"."answer_id",
              "t15"."answer",
              "t15"."told_at",
              "t15"."reached",
              "t15"."pressed"
            FROM (
              SELECT
                *
              FROM "t21" AS "t22"
              WHERE
                "t22"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
                AND "t22"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
            ) AS "t29"
            LEFT OUTER JOIN (
              SELECT
                "t34"."order_id" AS "replied_id",
                FIRST("t34"."at" ORDER BY "t34"."seq") AS "replied_at",
                FIRST("t34"."code" ORDER BY "t34"."seq") AS "result"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t9"."order_id",
                    "t9"."seq",
                    "t9"."at",
                    "t9"."code",
                    "t9"."by",
                    "t30"."mine",
                    "t30"."whose"
                  FROM (
                    SELECT
                      "t0"."order_id",
                      "t0"."seq",
                      "t0"."at",
                      "t0"."code",
                      "t0"."unit" AS "by"
                    FROM "events" AS "t0"
                    WHERE
                      "t0"."name" = 'replied'
                  ) AS "t9"
                  INNER JOIN (
                    SELECT
                      "t22"."order_id" AS "mine",
                      "t22"."unit" AS "whose"
                    FROM "t21" AS "t22"
                    WHERE
                      "t22"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
                      AND "t22"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
                  ) AS "t30"
                    ON "t9"."order_id" = "t30"."mine"
                ) AS "t32"
                WHERE
                  "t32"."by" = "t32"."whose"
              ) AS "t34"
              GROUP BY
                1
            ) AS "t38"
              ON "t29"."order_id" = "t38"."replied_id"
            LEFT OUTER JOIN (
              SELECT
                "t3"."order_id" AS "answer_id",
                FIRST("t3"."yes" ORDER BY "t3"."seq") FILTER(WHERE
                  "t3"."yes" <> '') AS "answer",
                FIRST("t3"."at" ORDER BY "t3"."seq") FILTER(WHERE
                  "t3"."yes" <> '') AS "told_at",
                BOOL_OR(CAST("t3"."reached" = 'yes' AS BOOLEAN)) AS "reached",
                BOOL_OR(CAST(CONTAINS("t3"."rest", '"pressed": true') AS BOOLEAN)) AS "pressed"
              FROM (
                SELECT
                  *
                FROM "events" AS "t0"
                WHERE
                  "t0"."name" = 'called_back'
              ) AS "t3"
              GROUP BY
                1
            ) AS "t15"
              ON "t29"."order_id" = "t15"."answer_id"
          ) AS "t39"
          WHERE
            "t39"."told_at" IS NOT NULL
        ) AS "t41"
          ON "t10"."contact_id" = "t41"."mine"
      ) AS "t42"
      WHERE
        "t42"."contact" <= "t42"."until"
    ) AS "t43"
    GROUP BY
      1
  ) AS "t45"
    ON "t29"."order_id" = "t45"."contact_id"
  LEFT OUTER JOIN (
    SELECT
      "t4"."order_id" AS "changed_id",
      BOOL_OR(CAST("t4"."name" = 'exclusion_asked' AS BOOLEAN)) AS "exclusion_asked",
      BOOL_OR(
        CAST((
          "t4"."name" = 'reclassified'
        )
        AND (
          CONTAINS("t4"."rest", '"kind": "inquiry"')
          AND (
            CONTAINS("t4"."rest", '"kind_before": "complaint"')
            OR CONTAINS("t4"."rest", '"kind_before": "report"')
          )
        ) AS BOOLEAN)
      ) AS "demoted"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" IN ('exclusion_asked', 'reclassified')
    ) AS "t4"
    GROUP BY
      1
  ) AS "t17"
    ON "t29"."order_id" = "t17"."changed_id"
  LEFT OUTER JOIN (
    SELECT
      "t33"."doubled_id",
      TRUE AS "doubled"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t11"."part_id",
          "t11"."of",
          "t25"."own",
          "t25"."part_category",
          "t26"."doubled_id",
          "t26"."of_no",
          "t26"."of_category"
        FROM (
          SELECT
            "t0"."order_id" AS "part_id",
            REGEXP_EXTRACT("t0"."rest", '"split_from": "([^"]*)"', 1) AS "of"
          FROM "events" AS "t0"
          WHERE
            "t0"."name" = 'received' AND CONTAINS("t0"."rest", '"split_from"')
        ) AS "t11"
        INNER JOIN (
          SELECT
            "t22"."order_id" AS "own",
            "t22"."category2" AS "part_category"
          FROM "t21" AS "t22"
        ) AS "t25"
          ON "t11"."part_id" = "t25"."own"
        INNER JOIN (
          SELECT
            "t22"."order_id" AS "doubled_id",
            "t22"."no" AS "of_no",
            "t22"."category2" AS "of_category"
          FROM "t21" AS "t22"
        ) AS "t26"
          ON "t11"."of" = "t26"."of_no"
      ) AS "t31"
      WHERE
        "t31"."part_category" <> '' AND "t31"."part_category" = "t31"."of_category"
    ) AS "t33"
    GROUP BY
      1
  ) AS "t36"
    ON "t29"."order_id" = "t36"."doubled_id"
) AS "t46"
WHERE
  "t46"."unit" <> ''
