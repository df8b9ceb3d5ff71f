-- After events.sql: an order's next state, its assignments and timers.
, old_timers AS (
    DELETE FROM respond_timer WHERE order_id = %(id)s AND name <> ALL (%(timer_names)s::text[])
), parts AS (
    INSERT INTO respond_assignment (order_id, id, unit, level, part, parent, state, round, dispatched_at, due,
        accepted, live, complained)
    SELECT %(id)s, a.* FROM jsonb_to_recordset(%(assignments)s) AS a(id smallint, unit text, level smallint, part text,
        parent smallint, state text, round smallint, dispatched_at timestamptz, due timestamptz, accepted boolean,
        live boolean, complained boolean)
    ON CONFLICT (order_id, id) DO UPDATE SET state = excluded.state, round = excluded.round, due = excluded.due,
        dispatched_at = excluded.dispatched_at, accepted = excluded.accepted, live = excluded.live,
        complained = excluded.complained
)
UPDATE respond_order SET version = %(version)s, state = %(state)s, kind = %(kind)s, urgency = %(urgency)s,
    category = %(category)s, area = %(area)s, secret = %(secret)s, complained_of = %(complained_of)s,
    clock = %(clock)s, due = %(due)s, lead = %(lead)s, owner_role = %(owner_role)s, owner_unit = %(owner_unit)s,
    card = %(card)s, reworks = %(reworks)s, closed_at = %(closed_at)s, value = %(value)s
WHERE id = %(id)s
