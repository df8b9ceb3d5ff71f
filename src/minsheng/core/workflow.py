"""The whole work flow as one table that a clerk can check (流程表): which roles may give a command, and in which
states of the order. Guards with reasons stand in `decide`; this is the outline. DOMAIN §6.1–6.3."""

from __future__ import annotations

from collections.abc import Iterable

from minsheng.core.codes import UNIT_ROLES, AssignmentState, Role, State, term
from minsheng.core.order import Actor, Forbidden, Order

S, R = State, Role
_OPEN = frozenset(s for s in State if s.open)
_WORK = frozenset({S.DISPATCHED, S.REWORKING, S.PARKED})
_DESK = frozenset({R.AGENT, R.SHIFT_LEADER, R.REVIEWER})
_POOL = frozenset({R.AGENT, R.SHIFT_LEADER, R.REVIEWER, R.DISPATCHER})

Row = tuple[frozenset[Role], frozenset[State]]


def _row(roles: Iterable[Role], *states: State) -> Row:
    return frozenset(roles), frozenset(states)


WORKFLOW: dict[str, Row] = {
    "receive": _row(_DESK | {R.RESIDENT, R.SYSTEM}),
    "ask_detail": _row(_POOL, S.RECEIVED),
    "add_detail": _row(_POOL | {R.RESIDENT, R.SYSTEM}, *(_OPEN - {S.WITHDRAWN})),
    "answer": _row(_DESK, S.RECEIVED),
    "transfer": _row(_DESK, S.RECEIVED),
    "explain": _row(_DESK, S.RECEIVED),
    "merge": _row(_POOL, S.RECEIVED, S.TO_DISPATCH),
    "absorb": _row(_POOL | {R.SYSTEM}, *(_OPEN - {S.MERGED, S.WITHDRAWN, S.INCOMPLETE})),
    "follow": _row({R.SYSTEM}, S.MERGED),
    "split": _row(_POOL, S.RECEIVED, S.TO_DISPATCH),
    "submit": _row(_DESK | {R.SYSTEM}, S.RECEIVED),
    "dispatch": _row({R.DISPATCHER, R.SHIFT_LEADER, R.SYSTEM}, S.TO_DISPATCH),
    "request_return": _row(UNIT_ROLES, S.DISPATCHED),
    "decide_return": _row({R.DISPATCHER, R.SHIFT_LEADER, R.UNIT_DESK, R.UNIT_HEAD}, S.DISPATCHED),
    "arbitrate": _row({R.DISPATCHER, R.SHIFT_LEADER, R.SUPERVISOR}, S.TO_DISPATCH, S.ARBITRATING),
    "sign": _row(UNIT_ROLES, S.DISPATCHED, S.REWORKING, S.PARKED),
    "pass_down": _row({R.UNIT_DESK, R.UNIT_HEAD}, *_WORK),
    "join": _row({R.DISPATCHER, R.SUPERVISOR, R.UNIT_DESK, R.UNIT_HEAD}, *_WORK),
    "request_extension": _row(UNIT_ROLES, S.DISPATCHED, S.REWORKING),
    "decide_extension": _row({R.UNIT_HEAD, R.DISPATCHER, R.SUPERVISOR}, S.DISPATCHED, S.REWORKING),
    "park": _row({R.REVIEWER, R.SUPERVISOR}, S.TO_REVIEW),
    "progress": _row(UNIT_ROLES, *_WORK),
    "promise_due": _row({R.SYSTEM}, S.PARKED),
    "reply": _row(UNIT_ROLES, *_WORK),
    "review_reply": _row({R.UNIT_DESK, R.UNIT_HEAD, R.REVIEWER}, S.TO_REVIEW, *_WORK),
    "call_back": _row({R.CALLER_BACK, R.QUALITY, R.RESIDENT}, S.TO_CALL_BACK),
    "close": _row(_DESK | {R.SYSTEM}, S.ANSWERED, S.TRANSFERRED, S.EXPLAINED, S.TERMINATED, S.TO_CALL_BACK),
    "rework": _row({R.CALLER_BACK, R.QUALITY, R.SUPERVISOR, R.SYSTEM}, S.TO_CALL_BACK),
    "reopen": _row({R.RESIDENT, R.CALLER_BACK, R.QUALITY, R.SUPERVISOR, R.SYSTEM}, S.CLOSED),
    "reclassify": _row(_POOL | {R.QUALITY}, *(_OPEN - {S.MERGED, S.WITHDRAWN})),
    "request_exclusion": _row({R.UNIT_DESK, R.UNIT_HEAD, R.QUALITY}, *_WORK, S.TO_REVIEW, S.CLOSED),
    "decide_exclusion": _row({R.SUPERVISOR, R.QUALITY, R.SHIFT_LEADER}, *_WORK, S.TO_REVIEW, S.TO_CALL_BACK, S.CLOSED),
    "withdraw": _row(
        {R.RESIDENT}, S.RECEIVED, S.INCOMPLETE, S.TO_DISPATCH, S.ARBITRATING, S.TO_REVIEW, S.WITHDRAWN, *_WORK
    ),
    "confirm_withdrawal": _row({R.SYSTEM}, S.WITHDRAWN),
    "terminate": _row({R.REVIEWER, R.SUPERVISOR}, S.TO_REVIEW),
    "archive": _row({R.SYSTEM}, S.CLOSED),
    "reveal": _row(UNIT_ROLES | _DESK | {R.CALLER_BACK}, *_OPEN),
    "give_card": _row({R.SUPERVISOR, R.SHIFT_LEADER, R.AGENT, R.RESIDENT, R.SYSTEM}, *_OPEN),
}
"""Command → (roles that may ever give it, states of the order in which it makes sense)."""

_DECIDES_FOR_OTHERS = frozenset({"decide_return", "decide_extension"})
_NEEDS_ACTIVE = frozenset({"sign", "pass_down", "request_return", "request_extension", "progress", "reply"})


def may(role: Role, command: str) -> bool:
    """Whether the role may ever give the command."""
    return role in WORKFLOW[command][0]


def guard_role(role: Role, command: str) -> None:
    """Forbidden, in words, where the role may never give the command."""
    if not may(role, command):
        raise Forbidden("role_may_not", f"{term(role)}不能执行此操作。")


def allowed(order: Order, actor: Actor) -> tuple[str, ...]:
    """The commands that a page should offer `actor` on `order` now: role, state and the unit's own part agree.
    `decide` may still refuse with a reason. Names in the order of the table."""
    return tuple(
        name
        for name, (roles, states) in WORKFLOW.items()
        if actor.role in roles and order.state in states and _fits(order, actor, name)
    )


def _fits(order: Order, actor: Actor, name: str) -> bool:
    if actor.role not in UNIT_ROLES:
        return name != "review_reply" or order.state is State.TO_REVIEW
    mine = order.of_unit(actor.unit)
    if mine is None:
        return False
    if name == "review_reply":
        return any(c.state is AssignmentState.REPLIED and not c.accepted for c in order.children(mine.id))
    if name == "sign":
        return mine.state is AssignmentState.TO_SIGN
    if name == "pass_down":
        return mine.active and mine.level == 2
    if name in _DECIDES_FOR_OTHERS:
        return any(q.kind == name.removeprefix("decide_") for q in order.asks)
    if name in ("reply", "progress", "reveal"):
        return mine.state is AssignmentState.HANDLING
    if name in _NEEDS_ACTIVE:
        return mine.active
    return True
