"""What all rooms stand on."""

from django.apps import AppConfig


class GroundConfig(AppConfig):
    """Django app of the ground."""

    name = "minsheng.ground"
    label = "ground"
