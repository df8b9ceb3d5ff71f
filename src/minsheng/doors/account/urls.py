"""Addresses of the open ledger."""

from django.urls import path

from minsheng.doors.account import figures, log, receipts, releases

urlpatterns = [
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", log.tile, name="log-tile"),
    path("log/entries/<path:path>", log.entries, name="log-entries"),
    path("log/key", log.key, name="log-key"),
    path("log/gateway", receipts.gateway_key, name="log-gateway"),
    path("log/proof/<str:tag>", receipts.proven, name="log-proof"),
    path("log/course/<str:tag>", receipts.course, name="log-course"),
    path("r", receipts.page, name="receipt-page"),
    path("r/worker.js", receipts.worker, name="receipt-worker"),
    path("log/policy", log.trust, name="log-policy"),
    path("log/timestamp/<int:size>", log.timestamp, name="log-timestamp"),
    path("releases/index.json", releases.index, name="release-index"),
    path("releases/metrics", releases.metrics, name="release-metrics"),
    path("releases/verify", releases.page, name="release-page"),
    path("releases/verify.py", releases.verifier, name="release-verifier"),
    path("releases/<str:month>.jsonl.gz", releases.release, name="release"),
    path("figures", figures.page, name="figures"),
    path("figures/dictionary.csv", figures.dictionary, name="figures-dictionary"),
    path("figures/table.<str:kind>", figures.table, name="figures-table"),
]
