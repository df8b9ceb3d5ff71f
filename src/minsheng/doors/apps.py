"""Every way in and out."""

from django.apps import AppConfig


class DoorsConfig(AppConfig):
    """Django app of the doors."""

    name = "minsheng.doors"
    label = "doors"

    def ready(self) -> None:
        """Bring the translations up to date before the first page."""
        from minsheng.doors.frame.translations import compile_catalogues

        compile_catalogues()
