"""接诉即办: intake, dispatch, casework, supervision, visits, knowledge."""

from django.apps import AppConfig


class RespondConfig(AppConfig):
    """Django app of the room that answers."""

    name = "minsheng.respond"
    label = "respond"
