-- One row an order: what a report would count of its first handling.
WITH lead_reply AS (
    SELECT DISTINCT ON (e.order_id) e.order_id, e.seq, e.at, e.data ->> 'result' AS result
    FROM respond_event e
    JOIN respond_assignment a ON a.order_id = e.order_id AND a.id = (e.data ->> 'assignment')::int AND a.part = 'lead'
    WHERE e.name = 'replied'
    ORDER BY e.order_id, e.seq
), due AS (
    SELECT DISTINCT ON (r.order_id) r.order_id, (e.data ->> 'due')::timestamptz AS due
    FROM lead_reply r
    JOIN respond_event e ON e.order_id = r.order_id AND e.seq < r.seq
        AND (e.name = 'dispatched' OR (e.name = 'extension_decided' AND e.data ->> 'due' IS NOT NULL))
    ORDER BY r.order_id, e.seq DESC
), called AS (
    SELECT DISTINCT ON (order_id) order_id, (data ->> 'resolved')::boolean AS resolved
    FROM respond_event
    WHERE name = 'called_back' AND (data ->> 'reached')::boolean
    ORDER BY order_id, seq
), graded AS (
    SELECT DISTINCT ON (g.order_id) g.order_id, g.grade
    FROM vault.rating g
    WHERE g.grade NOT IN ('unreached', 'unrated', 'refused')
        AND NOT EXISTS (SELECT FROM respond_event e WHERE e.order_id = g.order_id AND e.seq < g.seq
            AND e.name IN ('rework_ordered', 'failed_again', 'reopened'))
    ORDER BY g.order_id, g.seq
)
SELECT o.no, o.kind, coalesce((o.value ->> 'excluded')::boolean, false) AS excluded,
    EXISTS (SELECT FROM respond_event e WHERE e.order_id = o.id AND e.name = 'merged') AS merged,
    EXISTS (SELECT FROM respond_event e WHERE e.order_id = o.id AND e.name = 'dispatched') AS dispatched,
    (SELECT e.data ->> 'split_from' FROM respond_event e WHERE e.order_id = o.id AND e.seq = 1) IS NOT NULL AS split_off,
    r.at AS replied_at, r.result, d.due, c.resolved AS said, g.grade
FROM respond_order o
LEFT JOIN lead_reply r ON r.order_id = o.id
LEFT JOIN due d ON d.order_id = o.id
LEFT JOIN called c ON c.order_id = o.id
LEFT JOIN graded g ON g.order_id = o.id
ORDER BY o.id
