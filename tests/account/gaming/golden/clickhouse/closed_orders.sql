WITH "t28" AS (
  SELECT
    "t2"."order_id" AS "order_id",
    "t2"."no" AS "no",
    "t2"."version" AS "version",
    "t2"."day" AS "day",
    "t2"."received_at" AS "received_at",
    "t2"."channel" AS "channel",
    "t2"."kind" AS "kind",
    "t2"."urgency" AS "urgency",
    "t2"."secret" AS "secret",
    "t2"."anonymous" AS "anonymous",
    "t2"."category" AS "category",
    "t2"."category2" AS "category2",
    "t2"."category1" AS "category1",
    "t2"."area" AS "area",
    "t2"."township" AS "township",
    "t2"."county" AS "county",
    "t2"."place" AS "place",
    "t2"."level" AS "level",
    "t2"."unit2" AS "unit2",
    "t2"."units" AS "units",
    "t2"."co_units" AS "co_units",
    "t2"."state" AS "state",
    "t2"."promised" AS "promised",
    "t2"."dispatched_at" AS "dispatched_at",
    "t2"."due" AS "due",
    "t2"."first_replied_at" AS "first_replied_at",
    "t2"."on_time" AS "on_time",
    "t2"."answered_at" AS "answered_at",
    "t2"."closed_at" AS "closed_at",
    "t2"."closing" AS "closing",
    "t2"."resolved" AS "resolved",
    "t2"."returns" AS "returns",
    "t2"."extensions" AS "extensions",
    "t2"."reworks" AS "reworks",
    "t2"."reopened" AS "reopened",
    "t2"."calls" AS "calls",
    "t2"."excluded" AS "excluded",
    "t2"."merged_into" AS "merged_into",
    "t2"."absorbed" AS "absorbed",
    "t2"."parked" AS "parked",
    "t2"."card" AS "card",
    "t2"."cards" AS "cards",
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
      argMax(tuple("t8"."to_unit"), "t8"."seq").1 AS "to"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'passed_down'
    ) AS "t8"
    GROUP BY
      "t8"."order_id"
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
        "t2"."order_id" AS "order_id",
        "t2"."no" AS "no",
        "t2"."version" AS "version",
        "t2"."day" AS "day",
        "t2"."received_at" AS "received_at",
        "t2"."channel" AS "channel",
        "t2"."kind" AS "kind",
        "t2"."urgency" AS "urgency",
        "t2"."secret" AS "secret",
        "t2"."anonymous" AS "anonymous",
        "t2"."category" AS "category",
        "t2"."category2" AS "category2",
        "t2"."category1" AS "category1",
        "t2"."area" AS "area",
        "t2"."township" AS "township",
        "t2"."county" AS "county",
        "t2"."place" AS "place",
        "t2"."level" AS "level",
        "t2"."unit2" AS "unit2",
        "t2"."units" AS "units",
        "t2"."co_units" AS "co_units",
        "t2"."state" AS "state",
        "t2"."promised" AS "promised",
        "t2"."dispatched_at" AS "dispatched_at",
        "t2"."due" AS "due",
        "t2"."first_replied_at" AS "first_replied_at",
        "t2"."on_time" AS "on_time",
        "t2"."answered_at" AS "answered_at",
        "t2"."closed_at" AS "closed_at",
        "t2"."closing" AS "closing",
        "t2"."resolved" AS "resolved",
        "t2"."returns" AS "returns",
        "t2"."extensions" AS "extensions",
        "t2"."reworks" AS "reworks",
        "t2"."reopened" AS "reopened",
        "t2"."calls" AS "calls",
        "t2"."excluded" AS "excluded",
        "t2"."merged_into" AS "merged_into",
        "t2"."absorbed" AS "absorbed",
        "t2"."parked" AS "parked",
        "t2"."card" AS "card",
        "t2"."cards" AS "cards",
        "t2"."unit" AS "lead",
        COALESCE("t18"."to", "t2"."unit") AS "unit"
      FROM "orders" AS "t2"
      LEFT OUTER JOIN (
        SELECT
          "t8"."order_id" AS "passed_id",
          argMax(tuple("t8"."to_unit"), "t8"."seq").1 AS "to"
        FROM (
          SELECT
            *
          FROM "events" AS "t0"
          WHERE
            "t0"."name" = 'passed_down'
        ) AS "t8"
        GROUP BY
          "t8"."order_id"
      ) AS "t18"
        ON "t2"."order_id" = "t18"."passed_id"
    ) AS "t23"
  ) AS "t26"
    ON "t2"."merged_into" = "t26"."main_no" AND "t2"."merged_into" <> ''
)
SELECT
  "t45"."order_id" AS "order_id",
  "t45"."no" AS "no",
  "t45"."unit" AS "unit",
  "t45"."lead" AS "lead",
  "t45"."category" AS "category",
  "t45"."category2" AS "category2",
  "t45"."kind" AS "kind",
  "t45"."place" AS "place",
  "t45"."received_at" AS "received_at",
  "t45"."closed_at" AS "closed_at",
  "t45"."due" AS "due",
  "t45"."calls" AS "calls",
  "t45"."resolved" AS "resolved",
  "t45"."merged_away" AS "merged_away",
  "t45"."replied_at" AS "replied_at",
  "t45"."told_at" AS "told_at",
  "t45"."contact_at" AS "contact_at",
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
    "t32"."order_id" AS "order_id",
    "t32"."no" AS "no",
    "t32"."version" AS "version",
    "t32"."day" AS "day",
    "t32"."received_at" AS "received_at",
    "t32"."channel" AS "channel",
    "t32"."kind" AS "kind",
    "t32"."urgency" AS "urgency",
    "t32"."secret" AS "secret",
    "t32"."anonymous" AS "anonymous",
    "t32"."category" AS "category",
    "t32"."category2" AS "category2",
    "t32"."category1" AS "category1",
    "t32"."area" AS "area",
    "t32"."township" AS "township",
    "t32"."county" AS "county",
    "t32"."place" AS "place",
    "t32"."level" AS "level",
    "t32"."unit2" AS "unit2",
    "t32"."units" AS "units",
    "t32"."co_units" AS "co_units",
    "t32"."state" AS "state",
    "t32"."promised" AS "promised",
    "t32"."dispatched_at" AS "dispatched_at",
    "t32"."due" AS "due",
    "t32"."first_replied_at" AS "first_replied_at",
    "t32"."on_time" AS "on_time",
    "t32"."answered_at" AS "answered_at",
    "t32"."closed_at" AS "closed_at",
    "t32"."closing" AS "closing",
    "t32"."resolved" AS "resolved",
    "t32"."returns" AS "returns",
    "t32"."extensions" AS "extensions",
    "t32"."reworks" AS "reworks",
    "t32"."reopened" AS "reopened",
    "t32"."calls" AS "calls",
    "t32"."excluded" AS "excluded",
    "t32"."merged_into" AS "merged_into",
    "t32"."absorbed" AS "absorbed",
    "t32"."parked" AS "parked",
    "t32"."card" AS "card",
    "t32"."cards" AS "cards",
    "t32"."lead" AS "lead",
    "t32"."unit" AS "unit",
    "t32"."merged_away" AS "merged_away",
    "t37"."replied_id" AS "replied_id",
    "t37"."replied_at" AS "replied_at",
    "t37"."result" AS "result",
    "t19"."answer_id" AS "answer_id",
    "t19"."answer" AS "answer",
    "t19"."told_at" AS "told_at",
    "t19"."reached" AS "reached",
    "t19"."pressed" AS "pressed",
    "t44"."contact_id" AS "contact_id",
    "t44"."contact_at" AS "contact_at",
    "t22"."changed_id" AS "changed_id",
    "t22"."exclusion_asked" AS "exclusion_asked",
    "t22"."demoted" AS "demoted",
    "t27"."doubled_id" AS "doubled_id",
    "t27"."doubled" AS "doubled"
  FROM (
    SELECT
      *
    FROM "t28" AS "t29"
    WHERE
      "t29"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
      AND "t29"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
  ) AS "t32"
  LEFT OUTER JOIN (
    SELECT
      "t35"."order_id" AS "replied_id",
      argMin(tuple("t35"."at"), "t35"."seq").1 AS "replied_at",
      argMin(tuple("t35"."code"), "t35"."seq").1 AS "result"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t13"."order_id" AS "order_id",
          "t13"."seq" AS "seq",
          "t13"."at" AS "at",
          "t13"."code" AS "code",
          "t13"."by" AS "by",
          "t33"."mine" AS "mine",
          "t33"."whose" AS "whose"
        FROM (
          SELECT
            "t0"."order_id" AS "order_id",
            "t0"."seq" AS "seq",
            "t0"."at" AS "at",
            "t0"."code" AS "code",
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
            "t29"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
            AND "t29"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
        ) AS "t33"
          ON "t13"."order_id" = "t33"."mine"
      ) AS "t34"
      WHERE
        "t34"."by" = "t34"."whose"
    ) AS "t35"
    GROUP BY
      "t35"."order_id"
  ) AS "t37"
    ON "t32"."order_id" = "t37"."replied_id"
  LEFT OUTER JOIN (
    SELECT
      "t5"."order_id" AS "answer_id",
      argMinIf(tuple("t5"."yes"), "t5"."seq", "t5"."yes" <> '').1 AS "answer",
      argMinIf(tuple("t5"."at"), "t5"."seq", "t5"."yes" <> '').1 AS "told_at",
      MAX("t5"."reached" = 'yes') AS "reached",
      MAX(position("t5"."rest", '"pressed": true') > 0) AS "pressed"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'called_back'
    ) AS "t5"
    GROUP BY
      "t5"."order_id"
  ) AS "t19"
    ON "t32"."order_id" = "t19"."answer_id"
  LEFT OUTER JOIN (
    SELECT
      "t42"."contact_id" AS "contact_id",
      MAX("t42"."contact") AS "contact_at"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t15"."contact_id" AS "contact_id",
          "t15"."contact" AS "contact",
          "t40"."mine" AS "mine",
          "t40"."until" AS "until"
        FROM (
          SELECT
            "t0"."order_id" AS "contact_id",
            "t0"."at" AS "contact"
          FROM "events" AS "t0"
          WHERE
            "t0"."name" IN ('replied', 'progressed')
            AND position("t0"."rest", '"contacted": true') > 0
        ) AS "t15"
        INNER JOIN (
          SELECT
            "t38"."order_id" AS "mine",
            "t38"."told_at" AS "until"
          FROM (
            SELECT
              "t32"."order_id" AS "order_id",
              "t32"."no" AS "no",
              "t32"."version" AS "version",
              "t32"."day" AS "day",
              "t32"."received_at" AS "received_at",
              "t32"."channel" AS "channel",
              "t32"."kind" AS "kind",
              "t32"."urgency" AS "urgency",
              "t32"."secret" AS "secret",
              "t32"."anonymous" AS "anonymous",
              "t32"."category" AS "category",
              "t32"."category2" AS "category2",
              "t32"."category1" AS "category1",
              "t32"."area" AS "area",
              "t32"."township" AS "township",
              "t32"."county" AS "county",
              "t32"."place" AS "place",
              "t32"."level" AS "level",
              "t32"."unit2" AS "unit2",
              "t32"."units" AS "units",
              "t32"."co_units" AS "co_units",
              "t32"."state" AS "state",
              "t32"."promised" AS "promised",
              "t32"."dispatched_at" AS "dispatched_at",
              "t32"."due" AS "due",
              "t32"."first_replied_at" AS "first_replied_at",
              "t32"."on_time" AS "on_time",
              "t32"."answered_at" AS "answered_at",
              "t32"."closed_at" AS "closed_at",
              "t32"."closing" AS "closing",
              "t32"."resolved" AS "resolved",
              "t32"."returns" AS "returns",
              "t32"."extensions" AS "extensions",
              "t32"."reworks" AS "reworks",
              "t32"."reopened" AS "reopened",
              "t32"."calls" AS "calls",
              "t32"."excluded" AS "excluded",
              "t32"."merged_into" AS "merged_into",
              "t32"."absorbed" AS "absorbed",
              "t32"."parked" AS "parked",
              "t32"."card" AS "card",
              "t32"."cards" AS "cards",
              "t32"."lead" AS "lead",
              "t32"."unit" AS "unit",
              "t32"."merged_away" AS "merged_away",
              "t37"."replied_id" AS "replied_id",
              "t37"."replied_at" AS "replied_at",
              "t37"."result" AS "result",
              "t19"."answer_id" AS "answer_id",
              "t19"."answer" AS "answer",
              "t19"."told_at" AS "told_at",
              "t19"."reached" AS "reached",
              "t19"."pressed" AS "pressed"
            FROM (
              SELECT
                *
              FROM "t28" AS "t29"
              WHERE
                "t29"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
                AND "t29"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
            ) AS "t32"
            LEFT OUTER JOIN (
              SELECT
                "t35"."order_id" AS "replied_id",
                argMin(tuple("t35"."at"), "t35"."seq").1 AS "replied_at",
                argMin(tuple("t35"."code"), "t35"."seq").1 AS "result"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t13"."order_id" AS "order_id",
                    "t13"."seq" AS "seq",
                    "t13"."at" AS "at",
                    "t13"."code" AS "code",
                    "t13"."by" AS "by",
                    "t33"."mine" AS "mine",
                    "t33"."whose" AS "whose"
                  FROM (
                    SELECT
                      "t0"."order_id" AS "order_id",
                      "t0"."seq" AS "seq",
                      "t0"."at" AS "at",
                      "t0"."code" AS "code",
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
                      "t29"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
                      AND "t29"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
                  ) AS "t33"
                    ON "t13"."order_id" = "t33"."mine"
                ) AS "t34"
                WHERE
                  "t34"."by" = "t34"."whose"
              ) AS "t35"
              GROUP BY
                "t35"."order_id"
            ) AS "t37"
              ON "t32"."order_id" = "t37"."replied_id"
            LEFT OUTER JOIN (
              SELECT
                "t5"."order_id" AS "answer_id",
                argMinIf(tuple("t5"."yes"), "t5"."seq", "t5"."yes" <> '').1 AS "answer",
                argMinIf(tuple("t5"."at"), "t5"."seq", "t5"."yes" <> '').1 AS "told_at",
                MAX("t5"."reached" = 'yes') AS "reached",
                MAX(position("t5"."rest", '"pressed": true') > 0) AS "pressed"
              FROM (
                SELECT
                  *
                FROM "events" AS "t0"
                WHERE
                  "t0"."name" = 'called_back'
              ) AS "t5"
              GROUP BY
                "t5"."order_id"
            ) AS "t19"
              ON "t32"."order_id" = "t19"."answer_id"
          ) AS "t38"
          WHERE
            isNotNull("t38"."told_at")
        ) AS "t40"
          ON "t15"."contact_id" = "t40"."mine"
      ) AS "t41"
      WHERE
        "t41"."contact" <= "t41"."until"
    ) AS "t42"
    GROUP BY
      "t42"."contact_id"
  ) AS "t44"
    ON "t32"."order_id" = "t44"."contact_id"
  LEFT OUTER JOIN (
    SELECT
      "t6"."order_id" AS "changed_id",
      MAX("t6"."name" = 'exclusion_asked') AS "exclusion_asked",
      MAX(
        (
          "t6"."name" = 'reclassified'
        )
        AND (
          (
            position("t6"."rest", '"kind": "inquiry"') > 0
          )
          AND (
            (
              position("t6"."rest", '"kind_before": "complaint"') > 0
            )
            OR (
              position("t6"."rest", '"kind_before": "report"') > 0
            )
          )
        )
      ) AS "demoted"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" IN ('exclusion_asked', 'reclassified')
    ) AS "t6"
    GROUP BY
      "t6"."order_id"
  ) AS "t22"
    ON "t32"."order_id" = "t22"."changed_id"
  LEFT OUTER JOIN (
    SELECT
      "t20"."doubled_id" AS "doubled_id",
      MAX(
        (
          "t20"."part_category" <> ''
        )
        AND (
          "t20"."part_category" = "t20"."of_category"
        )
      ) AS "doubled"
    FROM (
      SELECT
        "t14"."part_id" AS "part_id",
        "t14"."of" AS "of",
        "t11"."own" AS "own",
        "t11"."part_category" AS "part_category",
        "t12"."doubled_id" AS "doubled_id",
        "t12"."of_no" AS "of_no",
        "t12"."of_category" AS "of_category"
      FROM (
        SELECT
          "t0"."order_id" AS "part_id",
          CASE
            WHEN notEmpty(
              extractGroups(CAST("t0"."rest" AS String), CONCAT('(', '"split_from": "([^"]*)"', ')'))[2]
            )
            THEN extractGroups(CAST("t0"."rest" AS String), CONCAT('(', '"split_from": "([^"]*)"', ')'))[2]
            ELSE NULL
          END AS "of"
        FROM "events" AS "t0"
        WHERE
          "t0"."name" = 'received' AND position("t0"."rest", '"split_from"') > 0
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
      "t20"."doubled_id"
  ) AS "t27"
    ON "t32"."order_id" = "t27"."doubled_id"
) AS "t45"
WHERE
  "t45"."unit" <> ''
