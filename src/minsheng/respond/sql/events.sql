-- What every step writes: events, words and timers.
WITH new_events AS (
    INSERT INTO respond_event (order_id, seq, name, at, by, role, unit, data, digests)
    SELECT %(id)s, e.seq, e.name, e.at, e.by, %(role)s, %(unit)s, e.data, e.digests
    FROM jsonb_to_recordset(%(events)s)
        AS e(seq int, name text, at timestamptz, by text, data jsonb, digests jsonb)
), new_words AS (
    INSERT INTO vault.words (order_id, seq, field, box)
    SELECT %(id)s, w.seq, w.field, w.box
    FROM unnest(%(word_seqs)s::int[], %(word_fields)s::text[], %(word_boxes)s::bytea[]) AS w(seq, field, box)
), new_timers AS (
    INSERT INTO respond_timer (order_id, name, due)
    SELECT %(id)s, t.name, t.due FROM unnest(%(timer_names)s::text[], %(timer_dues)s::timestamptz[]) AS t(name, due)
    ON CONFLICT (order_id, name) DO UPDATE SET due = excluded.due, fired = false
    WHERE respond_timer.due <> excluded.due
)
