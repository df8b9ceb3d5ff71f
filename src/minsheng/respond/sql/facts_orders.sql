-- The newest state of every order that a range of transactions touched; what only its events know is taken from them.
-- `words` is for finding the spot and goes no further.
SELECT o.id AS order_id, o.no, o.version, (o.received_at AT TIME ZONE %(tz)s)::date AS day, o.received_at, o.channel,
    o.kind, o.urgency, o.secret, (o.value ->> 'anonymous')::boolean AS anonymous, coalesce(o.category, '') AS category,
    coalesce(o.area, '') AS area, coalesce(o.lead, '') AS unit, coalesce(a.co_units, 0) AS co_units, o.state, o.promised, e.dispatched_at, d.due, r.at AS first_replied_at,
    CASE WHEN r.at <= d.due THEN 'yes' WHEN r.at > d.due THEN 'no' ELSE '' END AS on_time,
    e.answered_at, o.closed_at, coalesce(o.value ->> 'closing', '') AS closing,
    CASE o.value ->> 'resolved' WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE '' END AS resolved,
    (o.value ->> 'returns')::smallint AS returns, (o.value ->> 'extensions')::smallint AS extensions, o.reworks,
    e.reopened, e.calls, (o.value ->> 'excluded')::boolean AS excluded,
    coalesce(o.value ->> 'merged_into', '') AS merged_into, jsonb_array_length(o.value -> 'absorbed') AS absorbed,
    e.parked, coalesce(o.card, '') AS card, e.cards, coalesce(a.units, '') AS units,
    CASE WHEN o.secret THEN '' ELSE coalesce(c.text, '') END AS words
FROM (
    SELECT DISTINCT order_id FROM respond_event WHERE tx >= %(since)s::text::xid8 AND tx < %(upto)s::text::xid8
) touched
JOIN respond_order o ON o.id = touched.order_id
LEFT JOIN respond_copy c ON c.order_id = o.id
CROSS JOIN LATERAL (
    SELECT min(x.at) FILTER (WHERE x.name = 'dispatched') AS dispatched_at,
        min(x.at) FILTER (WHERE x.name IN ('answered', 'transferred', 'explained')
            OR x.name = 'review_done' AND x.data ->> 'accepted' = 'true') AS answered_at,
        count(*) FILTER (WHERE x.name = 'reopened') AS reopened,
        count(*) FILTER (WHERE x.name = 'called_back') AS calls,
        count(*) FILTER (WHERE x.name = 'card_given') AS cards,
        coalesce(bool_or(x.name = 'parked'), false) AS parked,
        min(x.seq) FILTER (WHERE x.name IN ('replied', 'reply_reviewed') AND x.data ->> 'due' IS NOT NULL) AS replied
    FROM respond_event x WHERE x.order_id = o.id
) e
LEFT JOIN respond_event r ON r.order_id = o.id AND r.seq = e.replied
LEFT JOIN LATERAL (
    SELECT (x.data ->> 'due')::timestamptz AS due FROM respond_event x
    WHERE x.order_id = o.id AND x.seq < coalesce(e.replied, 2147483647) AND x.data ->> 'due' IS NOT NULL
        AND (x.name = 'dispatched' OR x.name = 'extension_decided' AND jsonb_path_query_array(
            o.value, '$.assignments[*] ? (@.part == "lead").id') @> (x.data -> 'assignment'))
    ORDER BY x.seq DESC LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT string_agg(s.unit, ' ' ORDER BY s.part <> 'lead', s.first) AS units,
        count(*) FILTER (WHERE s.part = 'co') AS co_units
    FROM (
        SELECT y.unit, max(y.part) AS part, min(y.id) AS first FROM respond_assignment y
        WHERE y.order_id = o.id AND y.state <> 'left' GROUP BY y.unit
    ) s
) a ON true
ORDER BY o.id
