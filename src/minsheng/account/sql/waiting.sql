-- Commitments without a number: how many, since when the oldest waits, and whether a transaction that has not ended keeps
-- the sequencer from it. On a server where the ledger's transaction ids mean nothing, all events are looked at.
SELECT count(*), min(e.at), bool_or(e.tx >= pg_snapshot_xmin(pg_current_snapshot()))
FROM account_ledger l
JOIN respond_event e ON e.tx >= (CASE WHEN l.server = account_server() THEN l.upto ELSE 0 END)::text::xid8
WHERE e.leaf IS NOT NULL
  AND NOT EXISTS (SELECT FROM account_leaf n WHERE n.order_id = e.order_id AND n.seq = e.seq)
