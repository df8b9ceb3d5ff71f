-- Fills a city for bench/lists.py: %(size)s orders after the one real order whose value they carry.
DROP INDEX respond_copy_words, respond_copy_likeness;
CREATE TEMP TABLE plan_unit AS
    SELECT row_number() OVER (ORDER BY code) - 1 AS n, code, parent FROM ground_unit WHERE level = 3;
CREATE TEMP TABLE plan_order AS
    WITH city AS (
        SELECT count(*) AS units, max(n) FILTER (WHERE code = %(town)s) AS town,
            greatest(%(size)s * 3 / 100, 2000) AS open FROM plan_unit
    ), numbered AS (
        SELECT n, n > %(size)s - open AS open, CASE
            WHEN n > %(size)s - open AND n %% (open / 160) = 7 THEN town
            WHEN n <= %(size)s - open AND n %% 97 = 0 THEN town
            ELSE n * 7919 %% units END AS unit
        FROM city, generate_series(1, %(size)s::bigint) AS n
    )
    SELECT 1000 + o.n AS id, o.n, u.code AS unit, u.parent, now() - (%(size)s - o.n) * interval '40 seconds' AS received_at,
        CASE WHEN NOT open THEN 'closed' WHEN o.n %% 20 < 2 THEN 'received' WHEN o.n %% 20 < 5 THEN 'to_dispatch'
             WHEN o.n %% 20 < 16 THEN 'dispatched' WHEN o.n %% 20 < 18 THEN 'to_review' ELSE 'to_call_back' END AS state
    FROM numbered o JOIN plan_unit u ON u.n = o.unit;
INSERT INTO respond_order (id, no, version, state, channel, kind, urgency, category, area, secret, complained_of,
    received_at, promised, clock, due, lead, owner_role, owner_unit, card, reworks, closed_at, value)
    SELECT p.id, 'B' || p.id, r.version, p.state, r.channel, r.kind, r.urgency, r.category, r.area, false, '{}',
        p.received_at, p.received_at + interval '8 days', CASE WHEN p.state <> 'closed' THEN 'handling' END,
        CASE WHEN p.state <> 'closed' THEN p.received_at + interval '8 days' END,
        CASE WHEN p.state NOT IN ('received', 'to_dispatch') THEN p.parent END, r.owner_role, r.owner_unit,
        CASE WHEN p.state <> 'closed' AND p.n %% 30 < 3 THEN 'red' END, 0,
        CASE WHEN p.state = 'closed' THEN p.received_at + interval '5 days' END,
        CASE WHEN p.state = 'dispatched' AND p.n %% 10 = 7
             THEN jsonb_set(r.value, '{asks}', '[{"kind": "return", "assignment": 1, "by": "x",
                 "due": "2026-12-01T00:00:00.000000Z"}]') ELSE r.value END
    FROM plan_order p, respond_order r WHERE r.no = %(no)s ORDER BY p.id;
INSERT INTO respond_assignment (order_id, id, unit, level, part, parent, state, round, dispatched_at, due, accepted, live,
        complained)
    SELECT p.id, a.id, a.unit, a.level, 'lead', a.parent, CASE WHEN p.state = 'dispatched' THEN 'handling' ELSE 'replied'
        END, 1, p.received_at, p.received_at + interval '8 days', p.state <> 'dispatched', p.state = 'dispatched', false
    FROM plan_order p, LATERAL (VALUES (1, p.parent, 2, NULL::int), (2, p.unit, 3, 1)) AS a(id, unit, level, parent)
    WHERE p.state NOT IN ('received', 'to_dispatch') ORDER BY p.id, a.id;
INSERT INTO respond_copy (order_id, title, text)
    SELECT id, '停暖', '东大街暖气停了两天，家里有八十岁的老人，物业说等通知，一直没有人来修，请尽快处理。工单' || id
    FROM plan_order ORDER BY id;
