WITH "t28" AS (
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
    COALESCE("t26"."main_unit", COALESCE("t18"."to", "t2"."unit")) AS "unit",
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
            "t26"."main_category" <> ''
          )
          AND (
            "t2"."category2" <> "t26"."main_category"
          )
        )
        OR (
          (
            "t2"."place" <> ''
          )
          AND (
            "t26"."main_place" <> ''
          )
          AND (
            "t2"."place" <> "t26"."main_place"
          )
        )
      ),
      FALSE
    ) AS "merged_away"
  FROM "orders" AS "t2"
  LEFT OUTER JOIN (
    SELECT
      "t8"."order_id" AS "passed_id",
      FIRST("t8"."to_unit" ORDER BY "t8"."seq" DESC) AS "to"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'passed_down'
    ) AS "t8"
    GROUP BY
      1
  ) AS "t18"
    ON "t2"."order_id" = "t18"."passed_id"
  LEFT OUTER JOIN (
    SELECT
      "t23"."no" AS "main_no",
      "t23"."unit" AS "main_unit",
      "t23"."category2" AS "main_category",
      "t23"."place" AS "main_place"
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
        COALESCE("t18"."to", "t2"."unit") AS "unit"
      FROM "orders" AS "t2"
      LEFT OUTER JOIN (
        SELECT
          "t8"."order_id" AS "passed_id",
          FIRST("t8"."to_unit" ORDER BY "t8"."seq" DESC) AS "to"
        FROM (
          SELECT
            *
          FROM "events" AS "t0"
          WHERE
            "t0"."name" = 'passed_down'
        ) AS "t8"
        GROUP BY
          1
      ) AS "t18"
        ON "t2"."order_id" = "t18"."passed_id"
    ) AS "t23"
  ) AS "t26"
    ON "t2"."merged_into" = "t26"."main_no" AND "t2"."merged_into" <> ''
)
SELECT
  "t45"."order_id",
  "t45"."no",
  "t45"."unit",
  "t45"."lead",
  "t45"."category",
  "t45"."category2",
  "t45"."kind",
  "t45"."place",
  "t45"."received_at",
  "t45"."closed_at",
  "t45"."due",
  "t45"."calls",
  "t45"."resolved",
  "t45"."merged_away",
  "t45"."replied_at",
  "t45"."told_at",
  "t45"."contact_at",
  "t45"."excluded"
  OR (
    "t45"."merged_into" <> ''
  )
  OR (
    "t45"."closing" = 'withdrawn'
  ) AS "left_out",
  COALESCE("t45"."result", '') AS "result",
  COALESCE("t45"."answer", '') AS "answer",
  COALESCE("t45"."reached", FALSE) AS "reached",
  COALESCE("t45"."pressed", FALSE) AS "pressed",
  COALESCE("t45"."exclusion_asked", FALSE) OR "t45"."excluded" AS "exclusion_asked",
  "t45"."kind" IN ('complaint', 'report') OR COALESCE("t45"."demoted", FALSE) AS "complaint",
  COALESCE("t45"."demoted", FALSE) AS "demoted",
  COALESCE("t45"."doubled", FALSE) AS "doubled"
FROM (
  SELECT
    "t32"."order_id",
    "t32"."no",
    "t32"."version",
    "t32"."day",
    "t32"."received_at",
    "t32"."channel",
    "t32"."kind",
    "t32"."urgency",
    "t32"."secret",
    "t32"."anonymous",
    "t32"."category",
    "t32"."category2",
    "t32"."category1",
    "t32"."area",
    "t32"."township",
    "t32"."county",
    "t32"."place",
    "t32"."level",
    "t32"."unit2",
    "t32"."units",
    "t32"."co_units",
    "t32"."state",
    "t32"."promised",
    "t32"."dispatched_at",
    "t32"."due",
    "t32"."first_replied_at",
    "t32"."on_time",
    "t32"."answered_at",
    "t32"."closed_at",
    "t32"."closing",
    "t32"."resolved",
    "t32"."returns",
    "t32"."extensions",
    "t32"."reworks",
    "t32"."reopened",
    "t32"."calls",
    "t32"."excluded",
    "t32"."merged_into",
    "t32"."absorbed",
    "t32"."parked",
    "t32"."card",
    "t32"."cards",
    "t32"."lead",
    "t32"."unit",
    "t32"."merged_away",
    "t37"."replied_id",
    "t37"."replied_at",
    "t37"."result",
    "t19"."answer_id",
    "t19"."answer",
    "t19"."told_at",
    "t19"."reached",
    "t19"."pressed",
    "t44"."contact_id",
    "t44"."contact_at",
    "t22"."changed_id",
    "t22"."exclusion_asked",
    "t22"."demoted",
    "t27"."doubled_id",
    "t27"."doubled"
  FROM (
    SELECT
      *
    FROM "t28" AS "t29"
    WHERE
      "t29"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
      AND "t29"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
  ) AS "t32"
  LEFT OUTER JOIN (
    SELECT
      "t35"."order_id" AS "replied_id",
      FIRST("t35"."at" ORDER BY "t35"."seq") AS "replied_at",
      FIRST("t35"."code" ORDER BY "t35"."seq") AS "result"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t13"."order_id",
          "t13"."seq",
          "t13"."at",
          "t13"."code",
          "t13"."by",
          "t33"."mine",
          "t33"."whose"
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
        ) AS "t13"
        INNER JOIN (
          SELECT
            "t29"."order_id" AS "mine",
            "t29"."unit" AS "whose"
          FROM "t28" AS "t29"
          WHERE
            "t29"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
            AND "t29"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
        ) AS "t33"
          ON "t13"."order_id" = "t33"."mine"
      ) AS "t34"
      WHERE
        "t34"."by" = "t34"."whose"
    ) AS "t35"
    GROUP BY
      1
  ) AS "t37"
    ON "t32"."order_id" = "t37"."replied_id"
  LEFT OUTER JOIN (
    SELECT
      "t5"."order_id" AS "answer_id",
      FIRST("t5"."yes" ORDER BY "t5"."seq") FILTER(WHERE
        "t5"."yes" <> '') AS "answer",
      FIRST("t5"."at" ORDER BY "t5"."seq") FILTER(WHERE
        "t5"."yes" <> '') AS "told_at",
      BOOL_OR(CAST("t5"."reached" = 'yes' AS BOOLEAN)) AS "reached",
      BOOL_OR(CAST(CONTAINS("t5"."rest", '"pressed": true') AS BOOLEAN)) AS "pressed"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'called_back'
    ) AS "t5"
    GROUP BY
      1
  ) AS "t19"
    ON "t32"."order_id" = "t19"."answer_id"
  LEFT OUTER JOIN (
    SELECT
      "t42"."contact_id",
      MAX("t42"."contact") AS "contact_at"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t15"."contact_id",
          "t15"."contact",
          "t40"."mine",
          "t40"."until"
        FROM (
          SELECT
            "t0"."order_id" AS "contact_id",
            "t0"."at" AS "contact"
          FROM "events" AS "t0"
          WHERE
            "t0"."name" IN ('replied', 'progressed')
            AND CONTAINS("t0"."rest", '"contacted": true')
        ) AS "t15"
        INNER JOIN (
          SELECT
            "t38"."order_id" AS "mine",
            "t38"."told_at" AS "until"
          FROM (
            SELECT
              "t32"."order_id",
              "t32"."no",
              "t32"."version",
              "t32"."day",
              "t32"."received_at",
              "t32"."channel",
              "t32"."kind",
              "t32"."urgency",
              "t32"."secret",
              "t32"."anonymous",
              "t32"."category",
              "t32"."category2",
              "t32"."category1",
              "t32"."area",
              "t32"."township",
              "t32"."county",
              "t32"."place",
              "t32"."level",
              "t32"."unit2",
              "t32"."units",
              "t32"."co_units",
              "t32"."state",
              "t32"."promised",
              "t32"."dispatched_at",
              "t32"."due",
              "t32"."first_replied_at",
              "t32"."on_time",
              "t32"."answered_at",
              "t32"."closed_at",
              "t32"."closing",
              "t32"."resolved",
              "t32"."returns",
              "t32"."extensions",
              "t32"."reworks",
              "t32"."reopened",
              "t32"."calls",
              "t32"."excluded",
              "t32"."merged_into",
              "t32"."absorbed",
              "t32"."parked",
              "t32"."card",
              "t32"."cards",
              "t32"."lead",
              "t32"."unit",
              "t32"."merged_away",
              "t37"."replied_id",
              "t37"."replied_at",
              "t37"."result",
              "t19"."answer_id",
              "t19"."answer",
              "t19"."told_at",
              "t19"."reached",
              "t19"."pressed"
            FROM (
              SELECT
                *
              FROM "t28" AS "t29"
              WHERE
                "t29"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
                AND "t29"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
            ) AS "t32"
            LEFT OUTER JOIN (
              SELECT
                "t35"."order_id" AS "replied_id",
                FIRST("t35"."at" ORDER BY "t35"."seq") AS "replied_at",
                FIRST("t35"."code" ORDER BY "t35"."seq") AS "result"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t13"."order_id",
                    "t13"."seq",
                    "t13"."at",
                    "t13"."code",
                    "t13"."by",
                    "t33"."mine",
                    "t33"."whose"
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
                  ) AS "t13"
                  INNER JOIN (
                    SELECT
                      "t29"."order_id" AS "mine",
                      "t29"."unit" AS "whose"
                    FROM "t28" AS "t29"
                    WHERE
                      "t29"."closed_at" >= CAST('2026-03-01 00:00:00+00:00' AS TIMESTAMPTZ)
                      AND "t29"."closed_at" < CAST('2026-04-01 00:00:00+00:00' AS TIMESTAMPTZ)
                  ) AS "t33"
                    ON "t13"."order_id" = "t33"."mine"
                ) AS "t34"
                WHERE
                  "t34"."by" = "t34"."whose"
              ) AS "t35"
              GROUP BY
                1
            ) AS "t37"
              ON "t32"."order_id" = "t37"."replied_id"
            LEFT OUTER JOIN (
              SELECT
                "t5"."order_id" AS "answer_id",
                FIRST("t5"."yes" ORDER BY "t5"."seq") FILTER(WHERE
                  "t5"."yes" <> '') AS "answer",
                FIRST("t5"."at" ORDER BY "t5"."seq") FILTER(WHERE
                  "t5"."yes" <> '') AS "told_at",
                BOOL_OR(CAST("t5"."reached" = 'yes' AS BOOLEAN)) AS "reached",
                BOOL_OR(CAST(CONTAINS("t5"."rest", '"pressed": true') AS BOOLEAN)) AS "pressed"
              FROM (
                SELECT
                  *
                FROM "events" AS "t0"
                WHERE
                  "t0"."name" = 'called_back'
              ) AS "t5"
              GROUP BY
                1
            ) AS "t19"
              ON "t32"."order_id" = "t19"."answer_id"
          ) AS "t38"
          WHERE
            "t38"."told_at" IS NOT NULL
        ) AS "t40"
          ON "t15"."contact_id" = "t40"."mine"
      ) AS "t41"
      WHERE
        "t41"."contact" <= "t41"."until"
    ) AS "t42"
    GROUP BY
      1
  ) AS "t44"
    ON "t32"."order_id" = "t44"."contact_id"
  LEFT OUTER JOIN (
    SELECT
      "t6"."order_id" AS "changed_id",
      BOOL_OR(CAST("t6"."name" = 'exclusion_asked' AS BOOLEAN)) AS "exclusion_asked",
      BOOL_OR(
        CAST((
          "t6"."name" = 'reclassified'
        )
        AND (
          CONTAINS("t6"."rest", '"kind": "inquiry"')
          AND (
            CONTAINS("t6"."rest", '"kind_before": "complaint"')
            OR CONTAINS("t6"."rest", '"kind_before": "report"')
          )
        ) AS BOOLEAN)
      ) AS "demoted"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" IN ('exclusion_asked', 'reclassified')
    ) AS "t6"
    GROUP BY
      1
  ) AS "t22"
    ON "t32"."order_id" = "t22"."changed_id"
  LEFT OUTER JOIN (
    SELECT
      "t20"."doubled_id",
      BOOL_OR(
        CAST((
          "t20"."part_category" <> ''
        )
        AND (
          "t20"."part_category" = "t20"."of_category"
        ) AS BOOLEAN)
      ) AS "doubled"
    FROM (
      SELECT
        "t14"."part_id",
        "t14"."of",
        "t11"."own",
        "t11"."part_category",
        "t12"."doubled_id",
        "t12"."of_no",
        "t12"."of_category"
      FROM (
        SELECT
          "t0"."order_id" AS "part_id",
          REGEXP_EXTRACT("t0"."rest", '"split_from": "([^"]*)"', 1) AS "of"
        FROM "events" AS "t0"
        WHERE
          "t0"."name" = 'received' AND CONTAINS("t0"."rest", '"split_from"')
      ) AS "t14"
      INNER JOIN (
        SELECT
          "t1"."order_id" AS "own",
          "t1"."category2" AS "part_category"
        FROM "orders" AS "t1"
      ) AS "t11"
        ON "t14"."part_id" = "t11"."own"
      INNER JOIN (
        SELECT
          "t1"."order_id" AS "doubled_id",
          "t1"."no" AS "of_no",
          "t1"."category2" AS "of_category"
        FROM "orders" AS "t1"
      ) AS "t12"
        ON "t14"."of" = "t12"."of_no"
    ) AS "t20"
    GROUP BY
      1
  ) AS "t27"
    ON "t32"."order_id" = "t27"."doubled_id"
) AS "t45"
WHERE
  "t45"."unit" <> ''
