"""Addresses of the open ledger."""

from django.urls import path

from minsheng.doors.account import log

urlpatterns = [
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", log.tile, name="log-tile"),
    path("log/entries/<path:path>", log.entries, name="log-entries"),
    path("log/key", log.key, name="log-key"),
]
