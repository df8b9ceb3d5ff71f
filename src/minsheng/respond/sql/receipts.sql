-- Receipts (回执): every order taken in has the next number of its channel, without gaps, reserved last before the commit.
CREATE TABLE respond_counter (channel text PRIMARY KEY, last bigint NOT NULL CHECK (last > 0));
COMMENT ON TABLE respond_counter IS '渠道计数 The last number given on each channel';

CREATE TABLE respond_receipt (
    order_id bigint PRIMARY KEY REFERENCES respond_order,
    channel text NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    tag bytea NOT NULL UNIQUE CHECK (length(tag) = 16),
    UNIQUE (channel, number)
);
COMMENT ON TABLE respond_receipt IS '回执 The number of an order on its channel, and the tag by which its receipt finds it';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON respond_receipt
    FOR EACH ROW EXECUTE FUNCTION respond_append_only();

ALTER TABLE respond_receipt ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON respond_receipt USING (
    (SELECT access.sees_all()) OR order_id = (SELECT access.own_order()));
GRANT SELECT ON respond_receipt, respond_counter TO minsheng_app;
GRANT SELECT, INSERT ON respond_receipt TO minsheng_loader;
GRANT SELECT, INSERT, UPDATE ON respond_counter TO minsheng_loader;

-- Numbers for orders that share a commit: one move of each channel's counter, held for the commit alone.
CREATE FUNCTION respond_reserve(orders bigint[], channels text[], tags bytea[])
RETURNS TABLE (order_id bigint, number bigint) LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    WITH given AS (
        SELECT id, channel, tag, row_number() OVER (PARTITION BY channel ORDER BY n) AS nth,
            count(*) OVER (PARTITION BY channel) AS many
        FROM unnest(orders, channels, tags) WITH ORDINALITY AS g(id, channel, tag, n)
    ), moved AS (
        INSERT INTO respond_counter AS c (channel, last)
        SELECT channel, count(*) FROM given GROUP BY channel ORDER BY channel
        ON CONFLICT (channel) DO UPDATE SET last = c.last + excluded.last
        RETURNING channel, last
    )
    INSERT INTO respond_receipt (order_id, channel, number, tag)
    SELECT g.id, g.channel, m.last - g.many + g.nth, g.tag FROM given g JOIN moved m USING (channel)
    RETURNING order_id, number
$$;
REVOKE ALL ON FUNCTION respond_reserve(bigint[], text[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION respond_reserve(bigint[], text[], bytea[]) TO minsheng_app;
