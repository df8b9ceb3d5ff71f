"""Orders for staff by API: lists, one order, commands. Bearer token; everything stays inside the actor's sight."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from minsheng.core import Actor
from minsheng.core.codes import CENTRE_ROLES, UNIT_ROLES, State
from minsheng.core.order import Forbidden
from minsheng.core.wire import plain, to_json
from minsheng.doors.api.requests import Failure, Problem
from minsheng.doors.api.root import Bearer, actor, spoken
from minsheng.ground import present
from minsheng.ground.access import sight
from minsheng.respond import casework, reading, saying

router = Router(tags=["orders"], auth=Bearer())
PAGE = 50


@router.get("", response={200: dict[str, Any], 403: Failure, 422: list[Problem]})
def list_orders(
    request: HttpRequest,
    state: State | None = None,
    unit: str | None = None,
    after: int | None = Query(None, description="`next` of the page before"),
) -> Any:
    """Orders, newest first, 50 a page; `next` is null on the last."""
    by = actor(request)
    units = _units(by, unit)
    with sight(by):
        rows = reading.newest(state=state.value if state else None, units=units, before=after, limit=PAGE + 1)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return {"orders": [_row(r) for r in rows], "next": rows[-1].id if more else None}


def _units(by: Actor, unit: str | None) -> list[str] | None:
    if by.role not in UNIT_ROLES | CENTRE_ROLES:
        raise Forbidden("role_may_not", "此角色不能查看工单列表。")
    pack = present.city()
    if by.role in UNIT_ROLES:
        tree = [u for u in pack.units if by.unit in {x.code for x in pack.unit_path(u)}]
        return tree if unit is None else [u for u in tree if u == unit]
    return None if unit is None else [unit]


def _row(r: reading.Row) -> dict[str, Any]:
    return {
        "order_no": r.no,
        "state": r.state,
        "kind": r.kind,
        "urgency": r.urgency,
        "category": r.category,
        "area": r.area,
        "due": plain(r.due),
        "clock": r.clock,
        "card": r.card,
        "lead": r.lead,
        "received_at": plain(r.received_at),
        "text": r.text,
    }


@router.get("/{order_no}", response={200: dict[str, Any], 404: Failure})
def one_order(request: HttpRequest, order_no: str) -> Any:
    """One order as the actor may read it, with the actions allowed now."""
    by = actor(request)
    return order_json(reading.sheet(order_no, by), by)


def order_json(sheet: reading.Sheet, by: Actor) -> dict[str, Any]:
    """An order on the wire. Answers of the call-back are in no unit's copy; grades are in nobody's."""
    o = sheet.order
    body: dict[str, Any] = {
        "order_no": o.no,
        "version": o.version,
        "state": o.state.value,
        "channel": o.channel,
        "kind": o.kind.value,
        "urgency": o.urgency.value,
        "category": o.category,
        "taxonomy": o.taxonomy,
        "area": o.area,
        "secret": o.secret,
        "received_at": plain(o.received_at),
        "promised": plain(o.promised),
        "clock": plain(o.clock),
        "card": plain(o.card),
        "closing": plain(o.closing),
        "title": sheet.title,
        "text": sheet.text,
        "reviewed_copy": sheet.reviewed_copy,
        "assignments": [plain(a) for a in o.assignments],
        "asks": [plain(q) for q in o.asks],
        "reworks": o.reworks,
        "allowed_actions": list(sheet.actions),
        "timeline": [
            {
                "seq": x.seq,
                "at": plain(x.at),
                "event": x.name,
                "by": x.by,
                "role": x.role,
                "unit": x.unit,
                "data": dict(x.data),
                "words": dict(x.words),
            }
            for x in sheet.lines
        ],
    }
    if by.role not in UNIT_ROLES:
        body["resolved"] = o.resolved
        body["merged_into"] = o.merged_into
        body["absorbed"] = list(o.absorbed)
    return body


@router.post(
    "/{order_no}/commands",
    response={200: dict[str, Any], 403: Failure, 404: Failure, 409: Failure, 422: list[Problem]},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["command"],
                        "properties": {"command": {"type": "string", "enum": sorted(saying.SPOKEN)}},
                        "additionalProperties": True,
                    }
                }
            },
        }
    },
)
def speak(request: HttpRequest, order_no: str) -> Any:
    """Give a command. 200 events; 409 refused by the rules; 403 not for this role or unit; 404 outside one's tree."""
    by = actor(request)
    given = spoken(request)
    command = saying.command(given.pop("command", ""), given)
    order, events = casework.handle(order_no, command, by)
    shown = [{"event": e.NAME, "at": plain(e.at), "data": to_json(e)} for e in events]
    if by.role in UNIT_ROLES:
        shown = [s for s in shown if s["event"] != "called_back"]
    return {"order_no": order.no, "state": order.state.value, "version": order.version, "events": shown}
