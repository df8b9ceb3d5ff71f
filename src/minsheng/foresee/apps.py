"""未诉先办: signals, seasons, clusters, topics, sessions, effects, mechanisms."""

from django.apps import AppConfig


class ForeseeConfig(AppConfig):
    """Django app of the room that acts before people complain."""

    name = "minsheng.foresee"
    label = "foresee"
