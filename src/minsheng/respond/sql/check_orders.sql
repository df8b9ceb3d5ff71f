-- Every order with its events, assignments and timers, for the check.
SELECT o.*,
    (SELECT coalesce(json_agg(json_build_array(e.seq, e.name, e.at, e.by, e.role, e.unit, e.data, e.digests)
        ORDER BY e.seq), '[]')::text FROM respond_event e WHERE e.order_id = o.id) AS events,
    (SELECT coalesce(json_agg(a ORDER BY a.id), '[]')::text FROM respond_assignment a WHERE a.order_id = o.id) AS parts,
    (SELECT coalesce(json_agg(json_build_array(t.name, t.due) ORDER BY t.name), '[]')::text
        FROM respond_timer t WHERE t.order_id = o.id) AS timers
FROM respond_order o
ORDER BY o.id
