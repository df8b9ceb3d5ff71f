"""Proposals beside the fields (智能建议): what the machine would choose, how sure it is and why; a person takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext

from minsheng.core import Order, codes
from minsheng.core.codes import Kind, State, Urgency
from minsheng.doors.desks import names
from minsheng.doors.frame import showing
from minsheng.doors.frame.fields import Field
from minsheng.ground import present
from minsheng.ground.vault import Person
from minsheng.respond import dispatch
from minsheng.respond.learning.texts import Message
from minsheng.respond.likeness import literal, vector
from minsheng.respond.redact import redact

ENOUGH = 6
"""Characters from which words are worth a look."""
KEYS = {"category": "F2", "place": "F4", "kind": "F8", "urgency": "F9", "unit": "F2"}
"""The key that takes each proposal; they work while typing."""

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
            given = {**given, "reason": _reason(given)}
            if field in _NAMED:
                text = names.shown(_NAMED[field], value)
                ready[field] = {**given, "shown": text, "label": text.rpartition(" [")[0] or text, "key": KEYS[field]}
            elif field in _CODES and value in list(_CODES[field]):
                word = codes.term(_CODES[field](value), "zh" if showing.chinese() else "en")
                ready[field] = {**given, "shown": value, "label": word, "key": KEYS[field]}
    return ready


def _reason(given: Mapping[str, Any]) -> str:
    reason = str(given.get("reason") or "")
    return gettext(reason) if reason else ""


def beside(fields: Iterable[Field], advice: Mapping[str, Any]) -> list[Field]:
    """The fields with the proposal for each beside it, unless it stands there already."""
    ready = []
    for f in fields:
        proposal = advice.get(_FIELDS.get(f.name, ""))
        ready.append(replace(f, proposal=proposal) if proposal and proposal["shown"] != f.value else f)
    return ready


def for_text(text: str, typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Proposals for words that are still being typed, with what else the form says so far; empty for too few."""
    if len(text.strip()) < ENOUGH:
        return {}
    now = present.now()
    complained = _typed("unit", typed, "complained_of")
    order = Order(
        "",
        0,
        State.RECEIVED,
        "phone",
        Kind.OTHER,
        Urgency.ORDINARY,
        now,
        now,
        None,
        category=_typed("category", typed, "category"),
        area=_typed("area", typed, "area"),
        complained_of=(complained,) if complained else (),
    )
    return dispatch.proposals(Message("", text), order, Person(address=str(typed.get("address") or "")))


def _typed(kind: str, typed: Mapping[str, Any], field: str) -> str | None:
    try:
        return names.code_of(kind, str(typed.get(field) or ""))
    except ValueError:
        return None


def alike(text: str) -> list[dict[str, Any]]:
    """Open orders like the words being typed, in the present sight."""
    return dispatch.similar(0, literal(vector(redact(text)))) if len(text.strip()) >= ENOUGH else []
