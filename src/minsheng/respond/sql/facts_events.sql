-- The events of a range of transactions, as the lake keeps them: codes and times, nobody's account and no file.
SELECT e.order_id, e.seq, e.name, e.at, (e.at AT TIME ZONE %(tz)s)::date AS day, e.role, coalesce(e.unit, '') AS unit,
    coalesce(e.data ->> 'category', '') AS category,
    coalesce(e.data ->> 'area', '') AS area,
    coalesce(e.data #>> '{given,0,unit}', e.data #>> '{given,unit}', '') AS to_unit,
    coalesce(e.data ->> 'result', e.data ->> 'reason', e.data ->> 'closing', e.data ->> 'card', e.data ->> 'cause',
        e.data ->> 'disposition', e.data ->> 'channel', '') AS code,
    CASE coalesce(e.data ->> 'granted', e.data ->> 'accepted', e.data ->> 'resolved')
        WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE '' END AS yes,
    CASE e.data ->> 'reached' WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE '' END AS reached,
    (e.data ->> 'due')::timestamptz AS due,
    coalesce(nullif((e.data - '{category,area,result,reason,closing,card,cause,disposition,channel,granted,accepted,
        resolved,reached,due,evidence,complained_of,no}'::text[])::text, '{}'), '') AS rest
FROM respond_event e
WHERE e.tx >= %(since)s::text::xid8 AND e.tx < %(upto)s::text::xid8
ORDER BY e.order_id, e.seq
