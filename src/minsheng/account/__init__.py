"""No water in the figures (不掺水): the open ledger (阳光账本) by which anyone can check what the line publishes."""
