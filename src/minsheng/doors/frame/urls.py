"""Addresses that every page uses: language, look, and the guide to both."""

from django.urls import path
from django.views.i18n import set_language

from minsheng.doors.frame import look, styleguide

urlpatterns = [
    path("language", set_language, name="set_language"),
    path("look", look.look, name="look"),
    path("styleguide", styleguide.page, name="styleguide"),
]
