-- Sight (权限范围): what the present transaction may see, from a claim that the app signs and SQL cannot forge.
-- Claim: v1|scope|unit|order|expires|hex(HMAC-SHA-256). scope: all (centre, jobs), tree (a unit and below), order (one).
CREATE SCHEMA access;

CREATE TABLE access.secret (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);

CREATE FUNCTION access.claim() RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog AS $$
DECLARE
    raw text := current_setting('minsheng.access', true);
    part text[];
    key access.secret;
BEGIN
    IF raw IS NULL OR raw = '' THEN RETURN NULL; END IF;
    part := string_to_array(raw, '|');
    IF array_length(part, 1) <> 6 OR part[1] <> 'v1' THEN RETURN NULL; END IF;
    SELECT * INTO key FROM access.secret;
    IF encode(sha256(key.outer_pad || sha256(key.inner_pad ||
        convert_to(array_to_string(part[1:5], '|'), 'UTF8'))), 'hex') <> part[6] THEN RETURN NULL; END IF;
    IF to_timestamp(part[5]::bigint) < now() THEN RETURN NULL; END IF;
    RETURN part;
END $$;

CREATE FUNCTION access.sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce((access.claim())[2] = 'all', false) $$;

CREATE FUNCTION access.own_order() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif((access.claim())[4], '')::bigint $$;

CREATE TABLE ground_unit (
    code text PRIMARY KEY,
    parent text,
    level smallint NOT NULL,
    above text[] NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL DEFAULT '',
    kind text NOT NULL DEFAULT '',
    area text,
    state_organ boolean NOT NULL DEFAULT true,
    ended_on date
);
CREATE INDEX ON ground_unit USING gin (above);

CREATE FUNCTION access.units() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    SELECT coalesce(array_agg(u.code), '{}') FROM (SELECT (access.claim())[3] AS own) c
    JOIN ground_unit u ON u.code = c.own OR u.above @> ARRAY[c.own] WHERE c.own <> ''
$$;

CREATE FUNCTION access.above() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    SELECT coalesce((SELECT u.above || u.code FROM ground_unit u WHERE u.code = (access.claim())[3]), '{}')
$$;

-- Tables of the city pack, kept whole with their history: codes are never used again for another thing.
CREATE TABLE ground_row (
    kind text NOT NULL,
    code text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    until timestamptz,
    data jsonb NOT NULL,
    PRIMARY KEY (kind, code, since)
);
CREATE UNIQUE INDEX ON ground_row (kind, code) WHERE until IS NULL;
GRANT USAGE ON SCHEMA access TO minsheng_app, minsheng_vault, minsheng_loader;
GRANT SELECT ON ground_unit, ground_row TO minsheng_app, minsheng_vault, minsheng_loader;
REVOKE ALL ON access.secret FROM PUBLIC;
