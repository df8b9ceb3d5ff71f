"""Dispatch (派遣): proposals beside a request, and the decisions that teach the model."""

from __future__ import annotations


def propose_for(no: str) -> None:
    """Put proposals beside order `no`."""
