"""What pages of foresight share when they act (操作): what is not there, what was refused, and commands' forms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from minsheng.core.session import commands as say
from minsheng.doors.ahead import forms
from minsheng.doors.frame.fields import Form, filled
from minsheng.doors.frame.page import View, not_found
from minsheng.foresee import sessions

Failed = tuple[str, Mapping[str, str], Mapping[str, str]]
"""A command that was refused: its name, what was typed, and what is wrong with it."""


def found(view: View) -> View:
    """404 for what is not there or out of the reader's sight."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        try:
            return view(request, *args, **given)
        except sessions.NotFound:
            return not_found(request)

    return guarded


def command_type(name: str) -> type:
    """The class of the command that forms send as `name`."""
    found_type: type = getattr(say, "".join(part.title() for part in name.split("_")))
    return found_type


def form_of(name: str, spec: forms.Spec, begun: Mapping[str, Any], failed: Failed | None, prefix: str = "") -> Form:
    """The form of one command on a page: begun with what is known, or as it was typed when it was refused."""
    mistaken = failed is not None and failed[0] == name and failed[1].get("item", "") == str(begun.get("item", ""))
    values: Mapping[str, Any] = failed[1] if failed and mistaken else begun
    problems = failed[2] if failed and mistaken else {}
    fields = filled(spec.fields, values, problems, prefix=prefix or name)
    loose = tuple(v for k, v in problems.items() if k not in {f.name for f in fields})
    return Form(name, spec.title, fields, spec.key, mistaken, spec.grave, loose)
