"""Jobs (后台任务): procrastinate on the same database and, when deferred inside a transaction, part of it."""

from procrastinate.contrib.django import app

__all__ = ["app"]
