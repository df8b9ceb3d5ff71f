"""`city check` and `city new`."""

from __future__ import annotations

import argparse

from minsheng.ground.city.cli import cli_check, cli_new


def city(args: argparse.Namespace) -> int:
    """Check a pack, or write a new one."""
    return cli_check(args.target) if args.what == "check" else cli_new(args.target)
