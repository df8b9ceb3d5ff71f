"""The `minsheng` program (命令行): the same verbs as ./minsheng, minsheng or python -m minsheng.doors.cli."""

from minsheng.doors.cli.main import main

__all__ = ["main"]
