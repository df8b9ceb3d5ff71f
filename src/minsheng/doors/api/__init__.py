"""The HTTP API (接口): requests of residents, orders for staff. OpenAPI at /api/openapi.json; docs/guide/*/api.md."""

from minsheng.doors.api import orders, requests
from minsheng.doors.api.root import api

api.add_router("/v1/requests", requests.router)
api.add_router("/v1/orders", orders.router)

__all__ = ["api"]
