"""Values that change by making new ones: every order, assignment and clock of the house is frozen.

`changed` is `dataclasses.replace` for records that are copied at every event: it fetches all fields in one call and
gives them by position, where the standard function looks at each field in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast

T = TypeVar("T")


def changed(value: T, **changes: Any) -> T:
    """A copy of the record `value`, whose fields can all be given by position, with `changes` made.

    KeyError on a field that it does not have."""
    cls: Any = type(value)
    places, contents = _layout(cls)
    given = list(contents(value))
    for name, content in changes.items():
        given[places[name]] = content
    return cast(T, cls(*given))


@cache
def _layout(cls: Any) -> tuple[dict[str, int], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(cls))
    return {name: place for place, name in enumerate(names)}, contents_of(names)


def contents_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that fetches these fields of a record in one call."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)
