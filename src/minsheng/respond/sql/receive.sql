-- After events.sql: a new order with its key, requester and search copy, and the job that proposes for it.
, new_key AS (
    INSERT INTO vault.order_key (order_id, wrapped) VALUES (%(id)s, %(wrapped)s)
), new_person AS (
    INSERT INTO vault.person (order_id, box, phone_digest)
    SELECT %(id)s, %(person)s, %(phone_digest)s WHERE %(person)s::bytea IS NOT NULL
), new_copy AS (
    INSERT INTO respond_copy (order_id, title, text, place) VALUES (%(id)s, %(title)s, %(text)s, %(place)s)
), new_job AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
    VALUES ('default', 'respond.propose', 0, jsonb_build_object('no', %(no)s::text))
)
INSERT INTO respond_order (id, no, version, state, channel, kind, urgency, category, area, secret, complained_of,
    received_at, promised, clock, due, lead, owner_role, owner_unit, card, reworks, closed_at, value,
    external_digest, body_digest)
VALUES (%(id)s, %(no)s, %(version)s, %(state)s, %(channel)s, %(kind)s, %(urgency)s, %(category)s, %(area)s, %(secret)s,
    %(complained_of)s, %(received_at)s, %(promised)s, %(clock)s, %(due)s, %(lead)s, %(owner_role)s, %(owner_unit)s,
    %(card)s, %(reworks)s, %(closed_at)s, %(value)s, %(external_digest)s, %(body_digest)s)
