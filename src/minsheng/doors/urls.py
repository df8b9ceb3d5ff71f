"""Every address of the house."""

from django.urls import include, path

from minsheng.doors.api import api
from minsheng.doors.frame.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("api/", api.urls),
    path("", include("minsheng.doors.frame.urls")),
    path("staff/", include("minsheng.doors.ahead.urls")),
    path("staff/", include("minsheng.doors.desks.urls")),
    path("", include("minsheng.doors.account.urls")),
    path("", include("minsheng.doors.portal.urls")),
]
