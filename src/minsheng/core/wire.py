"""The wire form of events (事件的存储与公开形式): canonical JSON values, and the identity-free public view.

`to_json`/`from_json` are what the store keeps; `public_view` is what the open ledger commits to. It leaves out who
acted, every answer of the call-back but `resolved`, and files."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, ClassVar, Protocol, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from minsheng.core.events import EVENTS, Event
from minsheng.core.values import contents_of


def plain(value: Any) -> Any:
    """`value` as JSON holds it: codes as text, times as ISO 8601 in UTC with Z, records as objects."""
    kind: Any = type(value)
    return _writer(kind)(value)


class Happened(Protocol):
    """What every event has, whatever it happened to: when, and which account."""

    @property
    def at(self) -> datetime: ...

    @property
    def by(self) -> str: ...


H = TypeVar("H", bound=Happened)
Writer = Callable[[Any], Any]


@cache
def _writer(kind: Any) -> Writer:
    """How a value of exactly this type is written, found once a type."""
    if issubclass(kind, StrEnum):
        return attrgetter("_value_")
    if issubclass(kind, datetime):
        return _moment
    if issubclass(kind, tuple | list):
        return lambda values: [plain(v) for v in values]
    if issubclass(kind, frozenset):
        return lambda values: sorted(plain(v) for v in values)
    if is_dataclass(kind):
        return _record(tuple(f.name for f in fields(kind)))
    return lambda value: value


def _moment(value: datetime) -> str:
    return _utc(value if value.tzinfo is UTC else value.astimezone(UTC))


@lru_cache(8192)
def _utc(value: datetime) -> str:
    """An order's times stand in several of its events and parts; each is written out once."""
    return value.isoformat("T", "microseconds").removesuffix("+00:00") + "Z"


_PLAIN_ALREADY = frozenset({str, int, bool, types.NoneType})


def _record(names: tuple[str, ...]) -> Writer:
    contents = contents_of(names)

    def write(value: Any) -> dict[str, Any]:
        return {n: v if type(v) in _PLAIN_ALREADY else plain(v) for n, v in zip(names, contents(value), strict=True)}

    return write


@cache
def _event_writer(kind: Any) -> Writer:
    return _record(tuple(f.name for f in fields(kind) if f.name not in ("at", "by")))


@cache
def _hints(cls: Any) -> dict[str, Any]:
    return {n: t for n, t in get_type_hints(cls).items() if get_origin(t) is not ClassVar}


def shaped(kind: Any, value: Any) -> Any:
    """The inverse of `plain` for a type made of records, codes, times, tuples and options."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else shaped(next(t for t in get_args(kind) if t is not type(None)), value)
    if origin is tuple:
        return tuple(shaped(get_args(kind)[0], v) for v in value)
    if origin is frozenset:
        return frozenset(shaped(get_args(kind)[0], v) for v in value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if is_dataclass(kind):
        assert isinstance(kind, type)
        return kind(**{n: shaped(t, value[n]) for n, t in _hints(cast(Any, kind)).items() if n in value})
    return value


def to_json(event: Happened) -> dict[str, Any]:
    """The event's own fields as JSON holds them, without `at` and `by`, which stand in columns of their own."""
    kind: Any = type(event)
    return cast(dict[str, Any], _event_writer(kind)(event))


def from_json(name: str, at: datetime, by: str, data: Mapping[str, Any]) -> Event:
    """The event of an order that was stored under `name` with `to_json`. Raises KeyError on an unknown name."""
    return made(EVENTS[name], at, by, data)


def made(kind: type[H], at: datetime, by: str, data: Mapping[str, Any]) -> H:
    """The event of class `kind` that was stored with `to_json`."""
    cls: Any = kind
    return cls(at=at, by=by, **{n: shaped(t, data[n]) for n, t in _hints(cls).items() if n in data})  # type: ignore[no-any-return]


_NEVER_PUBLIC = frozenset({"pressed", "contacted", "reached", "evidence", "split_from"})


def public_view(order_no: str, seq: int, event: Event) -> dict[str, Any]:
    """The canonical, identity-free view of an event that a ledger may commit to: no account, no words, no answers
    of the call-back but `resolved`. The work-order number is in it: it is the ledger that keeps it closed (L3)."""
    data = {k: v for k, v in to_json(event).items() if k not in _NEVER_PUBLIC}
    return {"order": order_no, "seq": seq, "event": event.NAME, "at": plain(event.at), **data}
