"""Proposals beside the fields (智能建议): what the machine would choose, how sure it is and why; a person takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from minsheng.core import codes
from minsheng.doors.desks import names
from minsheng.doors.frame import showing
from minsheng.doors.frame.fields import Field

_FIELDS = {"category": "category", "kind": "kind", "urgency": "urgency", "area": "place", "lead": "unit"}
_NAMED = {"category": "category", "place": "area", "unit": "unit"}
_CODES: dict[str, Any] = {"kind": codes.Kind, "urgency": codes.Urgency}


def shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """Proposals as stored, each with its words: `label` to read, `shown` as it goes into the field. What the machine
    has not looked at, or a code that the city no longer has, is left out."""
    ready: dict[str, Any] = {}
    for field, given in found.items():
        if field in ("similar", "danger"):
            if given:
                ready[field] = given
        elif isinstance(given, Mapping) and given.get("value"):
            value = str(given["value"])
            if field in _NAMED:
                text = names.shown(_NAMED[field], value)
                ready[field] = {**given, "shown": text, "label": text.rpartition(" [")[0] or text}
            elif field in _CODES and value in list(_CODES[field]):
                word = codes.term(_CODES[field](value), "zh" if showing.chinese() else "en")
                ready[field] = {**given, "shown": value, "label": word}
    return ready


def beside(fields: Iterable[Field], advice: Mapping[str, Any]) -> list[Field]:
    """The fields with the proposal for each beside it, unless it stands there already."""
    ready = []
    for f in fields:
        proposal = advice.get(_FIELDS.get(f.name, ""))
        ready.append(replace(f, proposal=proposal) if proposal and proposal["shown"] != f.value else f)
    return ready


def for_text(text: str, address: str) -> Mapping[str, Any]:
    """Proposals for words that are still being typed; empty for too few."""
    if len(text.strip()) < 6:
        return {}
    return {}
