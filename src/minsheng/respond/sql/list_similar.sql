-- Among the newest open orders, those that share most of some words.
SELECT COLUMNS
FROM (SELECT * FROM respond_order WHERE state IN ('received', 'to_dispatch', 'dispatched', 'reworking')
      ORDER BY id DESC LIMIT 400) o
JOIN respond_copy c ON c.order_id = o.id,
    LATERAL (SELECT count(*) AS hits FROM unnest(%(words)s::text[]) AS w WHERE strpos(c.text, w) > 0) s
WHERE s.hits >= %(least)s ORDER BY s.hits DESC, o.id DESC LIMIT %(n)s
