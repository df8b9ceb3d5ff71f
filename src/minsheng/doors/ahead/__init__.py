"""Desks of foresight (未诉先办工作台): topics, the monthly session, its tasks, and the mechanisms that last."""
