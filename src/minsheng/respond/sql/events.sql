-- What every step writes: events, words and timers.
WITH new_events AS (
    INSERT INTO respond_event
        (order_id, seq, name, at, by, role, unit, data, digests, leaf, leaf_day, told, commitment)
    SELECT %(id)s, e.seq, e.name, e.at, e.by, %(role)s, %(unit)s, e.data, e.digests, e.leaf, e.leaf_day, e.told,
        decode(e.commitment, 'hex')
    FROM jsonb_to_recordset(%(events)s) AS e(seq int, name text, at timestamptz, by text, data jsonb, digests jsonb,
        leaf smallint, leaf_day date, told jsonb, commitment text)
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
