"""Every way in and out."""

from django.apps import AppConfig


class DoorsConfig(AppConfig):
    """Django app of the doors."""

    name = "minsheng.doors"
    label = "doors"
