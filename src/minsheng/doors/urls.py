"""Every address of the house."""

from django.urls import path

from minsheng.doors.api import api
from minsheng.doors.frame.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("api/", api.urls),
]
