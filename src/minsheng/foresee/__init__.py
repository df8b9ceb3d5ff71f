"""Foresight (未诉先办): what rises now, what comes back each year, where it clusters and whether a remedy worked.

Every tool of this room also works alone on a plain table of any city's requests."""
