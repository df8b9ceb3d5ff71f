-- Every order for an export, with the redacted copy of what was said.
SELECT o.no, o.state, o.channel, o.kind, o.urgency, o.category, o.area, o.lead, o.received_at, o.promised, o.due,
    o.card, o.reworks, o.closed_at, c.title, c.text
FROM respond_order o LEFT JOIN respond_copy c ON c.order_id = o.id
ORDER BY o.id
