WITH "t21" AS (
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
      argMax(tuple("t6"."to_unit"), "t6"."seq").1 AS "to"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'passed_down'
    ) AS "t6"
    GROUP BY
      "t6"."order_id"
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
        COALESCE("t14"."to", "t2"."unit") AS "unit"
      FROM "orders" AS "t2"
      LEFT OUTER JOIN (
        SELECT
          "t6"."order_id" AS "passed_id",
          argMax(tuple("t6"."to_unit"), "t6"."seq").1 AS "to"
        FROM (
          SELECT
            *
          FROM "events" AS "t0"
          WHERE
            "t0"."name" = 'passed_down'
        ) AS "t6"
        GROUP BY
          "t6"."order_id"
      ) AS "t14"
        ON "t2"."order_id" = "t14"."passed_id"
    ) AS "t18"
  ) AS "t20"
    ON "t2"."merged_into" = "t20"."main_no" AND "t2"."merged_into" <> ''
)
SELECT
  "t46"."order_id" AS "order_id",
  "t46"."no" AS "no",
  "t46"."unit" AS "unit",
  "t46"."lead" AS "lead",
  "t46"."category" AS "category",
  "t46"."category2" AS "category2",
  "t46"."kind" AS "kind",
  "t46"."place" AS "place",
  "t46"."received_at" AS "received_at",
  "t46"."closed_at" AS "closed_at",
  "t46"."due" AS "due",
  "t46"."calls" AS "calls",
  "t46"."resolved" AS "resolved",
  "t46"."merged_away" AS "merged_away",
  "t46"."replied_at" AS "replied_at",
  "t46"."told_at" AS "told_at",
  "t46"."contact_at" AS "contact_at",
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
    "t29"."order_id" AS "order_id",
    "t29"."no" AS "no",
    "t29"."version" AS "version",
    "t29"."day" AS "day",
    "t29"."received_at" AS "received_at",
    "t29"."channel" AS "channel",
    "t29"."kind" AS "kind",
    "t29"."urgency" AS "urgency",
    "t29"."secret" AS "secret",
    "t29"."anonymous" AS "anonymous",
    "t29"."category" AS "category",
    "t29"."category2" AS "category2",
    "t29"."category1" AS "category1",
    "t29"."area" AS "area",
    "t29"."township" AS "township",
    "t29"."county" AS "county",
    "t29"."place" AS "place",
    "t29"."level" AS "level",
    "t29"."unit2" AS "unit2",
    "t29"."units" AS "units",
    "t29"."co_units" AS "co_units",
    "t29"."state" AS "state",
    "t29"."promised" AS "promised",
    "t29"."dispatched_at" AS "dispatched_at",
    "t29"."due" AS "due",
    "t29"."first_replied_at" AS "first_replied_at",
    "t29"."on_time" AS "on_time",
    "t29"."answered_at" AS "answered_at",
    "t29"."closed_at" AS "closed_at",
    "t29"."closing" AS "closing",
    "t29"."resolved" AS "resolved",
    "t29"."returns" AS "returns",
    "t29"."extensions" AS "extensions",
    "t29"."reworks" AS "reworks",
    "t29"."reopened" AS "reopened",
    "t29"."calls" AS "calls",
    "t29"."excluded" AS "excluded",
    "t29"."merged_into" AS "merged_into",
    "t29"."absorbed" AS "absorbed",
    "t29"."parked" AS "parked",
    "t29"."card" AS "card",
    "t29"."cards" AS "cards",
    "t29"."lead" AS "lead",
    "t29"."unit" AS "unit",
    "t29"."merged_away" AS "merged_away",
    "t38"."replied_id" AS "replied_id",
    "t38"."replied_at" AS "replied_at",
    "t38"."result" AS "result",
    "t15"."answer_id" AS "answer_id",
    "t15"."answer" AS "answer",
    "t15"."told_at" AS "told_at",
    "t15"."reached" AS "reached",
    "t15"."pressed" AS "pressed",
    "t45"."contact_id" AS "contact_id",
    "t45"."contact_at" AS "contact_at",
    "t17"."changed_id" AS "changed_id",
    "t17"."exclusion_asked" AS "exclusion_asked",
    "t17"."demoted" AS "demoted",
    "t36"."doubled_id" AS "doubled_id",
    "t36"."doubled" AS "doubled"
  FROM (
    SELECT
      *
    FROM "t21" AS "t22"
    WHERE
      "t22"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
      AND "t22"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
  ) AS "t29"
  LEFT OUTER JOIN (
    SELECT
      "t34"."order_id" AS "replied_id",
      argMin(tuple("t34"."at"), "t34"."seq").1 AS "replied_at",
      argMin(tuple("t34"."code"), "t34"."seq").1 AS "result"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t9"."order_id" AS "order_id",
          "t9"."seq" AS "seq",
          "t9"."at" AS "at",
          "t9"."code" AS "code",
          "t9"."by" AS "by",
          "t30"."mine" AS "mine",
          "t30"."whose" AS "whose"
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
        ) AS "t9"
        INNER JOIN (
          SELECT
            "t22"."order_id" AS "mine",
            "t22"."unit" AS "whose"
          FROM "t21" AS "t22"
          WHERE
            "t22"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
            AND "t22"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
        ) AS "t30"
          ON "t9"."order_id" = "t30"."mine"
      ) AS "t32"
      WHERE
        "t32"."by" = "t32"."whose"
    ) AS "t34"
    GROUP BY
      "t34"."order_id"
  ) AS "t38"
    ON "t29"."order_id" = "t38"."replied_id"
  LEFT OUTER JOIN (
    SELECT
      "t3"."order_id" AS "answer_id",
      argMinIf(tuple("t3"."yes"), "t3"."seq", "t3"."yes" <> '').1 AS "answer",
      argMinIf(tuple("t3"."at"), "t3"."seq", "t3"."yes" <> '').1 AS "told_at",
      MAX("t3"."reached" = 'yes') AS "reached",
      MAX(position("t3"."rest", '"pressed": true') > 0) AS "pressed"
    FROM (
      SELECT
        *
      FROM "events" AS "t0"
      WHERE
        "t0"."name" = 'called_back'
    ) AS "t3"
    GROUP BY
      "t3"."order_id"
  ) AS "t15"
    ON "t29"."order_id" = "t15"."answer_id"
  LEFT OUTER JOIN (
    SELECT
      "t43"."contact_id" AS "contact_id",
      MAX("t43"."contact") AS "contact_at"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t10"."contact_id" AS "contact_id",
          "t10"."contact" AS "contact",
          "t41"."mine" AS "mine",
          "t41"."until" AS "until"
        FROM (
          SELECT
            "t0"."order_id" AS "contact_id",
            "t0"."at" AS "contact"
          FROM "events" AS "t0"
          WHERE
            "t0"."name" IN ('replied', 'progressed')
            AND position("t0"."rest", '"contacted": true') > 0
        ) AS "t10"
        INNER JOIN (
          SELECT
            "t39"."order_id" AS "mine",
            "t39"."told_at" AS "until"
          FROM (
            SELECT
              "t29"."order_id" AS "order_id",
              "t29"."no" AS "no",
              "t29"."version" AS "version",
              "t29"."day" AS "day",
              "t29"."received_at" AS "received_at",
              "t29"."channel" AS "channel",
              "t29"."kind" AS "kind",
              "t29"."urgency" AS "urgency",
              "t29"."secret" AS "secret",
              "t29"."anonymous" AS "anonymous",
              "t29"."category" AS "category",
              "t29"."category2" AS "category2",
              "t29"."category1" AS "category1",
              "t29"."area" AS "area",
              "t29"."township" AS "township",
              "t29"."county" AS "county",
              "t29"."place" AS "place",
              "t29"."level" AS "level",
              "t29"."unit2" AS "unit2",
              "t29"."units" AS "units",
              "t29"."co_units" AS "co_units",
              "t29"."state" AS "state",
              "t29"."promised" AS "promised",
              "t29"."dispatched_at" AS "dispatched_at",
              "t29"."due" AS "due",
              "t29"."first_replied_at" AS "first_replied_at",
              "t29"."on_time" AS "on_time",
              "t29"."answered_at" AS "answered_at",
              "t29"."closed_at" AS "closed_at",
              "t29"."closing" AS "closing",
              "t29"."resolved" AS "resolved",
              "t29"."returns" AS "returns",
              "t29"."extensions" AS "extensions",
              "t29"."reworks" AS "reworks",
              "t29"."reopened" AS "reopened",
              "t29"."calls" AS "calls",
              "t29"."excluded" AS "excluded",
              "t29"."merged_into" AS "merged_into",
              "t29"."absorbed" AS "absorbed",
              "t29"."parked" AS "parked",
              "t29"."card" AS "card",
              "t29"."cards" AS "cards",
              "t29"."lead" AS "lead",
              "t29"."unit" AS "unit",
              "t29"."merged_away" AS "merged_away",
              "t38"."replied_id" AS "replied_id",
              "t38"."replied_at" AS "replied_at",
              "t38"."result" AS "result",
              "t15"."answer_id" AS "answer_id",
              "t15"."answer" AS "answer",
              "t15"."told_at" AS "told_at",
              "t15"."reached" AS "reached",
              "t15"."pressed" AS "pressed"
            FROM (
              SELECT
                *
              FROM "t21" AS "t22"
              WHERE
                "t22"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
                AND "t22"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
            ) AS "t29"
            LEFT OUTER JOIN (
              SELECT
                "t34"."order_id" AS "replied_id",
                argMin(tuple("t34"."at"), "t34"."seq").1 AS "replied_at",
                argMin(tuple("t34"."code"), "t34"."seq").1 AS "result"
              FROM (
                SELECT
                  *
                FROM (
                  SELECT
                    "t9"."order_id" AS "order_id",
                    "t9"."seq" AS "seq",
                    "t9"."at" AS "at",
                    "t9"."code" AS "code",
                    "t9"."by" AS "by",
                    "t30"."mine" AS "mine",
                    "t30"."whose" AS "whose"
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
                  ) AS "t9"
                  INNER JOIN (
                    SELECT
                      "t22"."order_id" AS "mine",
                      "t22"."unit" AS "whose"
                    FROM "t21" AS "t22"
                    WHERE
                      "t22"."closed_at" >= toTimeZone(CAST('2026-03-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
                      AND "t22"."closed_at" < toTimeZone(CAST('2026-04-01 00:00:00+00:00' AS Nullable(DateTime('UTC'))), 'UTC')
                  ) AS "t30"
                    ON "t9"."order_id" = "t30"."mine"
                ) AS "t32"
                WHERE
                  "t32"."by" = "t32"."whose"
              ) AS "t34"
              GROUP BY
                "t34"."order_id"
            ) AS "t38"
              ON "t29"."order_id" = "t38"."replied_id"
            LEFT OUTER JOIN (
              SELECT
                "t3"."order_id" AS "answer_id",
                argMinIf(tuple("t3"."yes"), "t3"."seq", "t3"."yes" <> '').1 AS "answer",
                argMinIf(tuple("t3"."at"), "t3"."seq", "t3"."yes" <> '').1 AS "told_at",
                MAX("t3"."reached" = 'yes') AS "reached",
                MAX(position("t3"."rest", '"pressed": true') > 0) AS "pressed"
              FROM (
                SELECT
                  *
                FROM "events" AS "t0"
                WHERE
                  "t0"."name" = 'called_back'
              ) AS "t3"
              GROUP BY
                "t3"."order_id"
            ) AS "t15"
              ON "t29"."order_id" = "t15"."answer_id"
          ) AS "t39"
          WHERE
            isNotNull("t39"."told_at")
        ) AS "t41"
          ON "t10"."contact_id" = "t41"."mine"
      ) AS "t42"
      WHERE
        "t42"."contact" <= "t42"."until"
    ) AS "t43"
    GROUP BY
      "t43"."contact_id"
  ) AS "t45"
    ON "t29"."order_id" = "t45"."contact_id"
  LEFT OUTER JOIN (
    SELECT
      "t4"."order_id" AS "changed_id",
      MAX("t4"."name" = 'exclusion_asked') AS "exclusion_asked",
      MAX(
        (
          "t4"."name" = 'reclassified'
        )
        AND (
          (
            position("t4"."rest", '"kind": "inquiry"') > 0
          )
          AND (
            (
              position("t4"."rest", '"kind_before": "complaint"') > 0
            )
            OR (
              position("t4"."rest", '"kind_before": "report"') > 0
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
    ) AS "t4"
    GROUP BY
      "t4"."order_id"
  ) AS "t17"
    ON "t29"."order_id" = "t17"."changed_id"
  LEFT OUTER JOIN (
    SELECT
      "t33"."doubled_id" AS "doubled_id",
      TRUE AS "doubled"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t11"."part_id" AS "part_id",
          "t11"."of" AS "of",
          "t25"."own" AS "own",
          "t25"."part_category" AS "part_category",
          "t26"."doubled_id" AS "doubled_id",
          "t26"."of_no" AS "of_no",
          "t26"."of_category" AS "of_category"
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
      "t33"."doubled_id"
  ) AS "t36"
    ON "t29"."order_id" = "t36"."doubled_id"
) AS "t46"
WHERE
  "t46"."unit" <> ''
