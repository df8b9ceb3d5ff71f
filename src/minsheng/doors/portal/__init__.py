"""Residents' door (市民门户): file, follow, answer the call-back, ask again, take back. No script, no account."""
