"""Doors to what the city gives account of: the open ledger's files."""
