-- One writer of a run at a time: whoever looks how far it has come waits until a stretch on its way is in or is not.
SELECT pg_advisory_xact_lock(hashtextextended('minsheng.sim', 0))
