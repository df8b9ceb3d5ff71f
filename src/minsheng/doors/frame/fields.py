"""Fields of forms (表单字段): what a form asks, as data, so that every page asks alike and loses nothing typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Options = Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `kind`: line kinds of <input>, "text", "select", "choices", "tick", "hidden", and
    "unit"/"category"/"area", which are typed with a list to choose from. `options` may be computed for each page."""

    name: str
    label: Any = ""
    kind: str = "text"
    required: bool = False
    hint: Any = ""
    options: Options | Callable[[], Options] = ()
    rows: int = 3
    value: Any = ""
    problem: str = ""
    proposal: Mapping[str, Any] | None = None
    list: str = ""
    prefix: str = ""

    @property
    def id(self) -> str:
        """The element's id, apart for each form of a page."""
        return f"{self.prefix}-{self.name}" if self.prefix else f"f-{self.name}"

    @property
    def type(self) -> str:
        """The type of an <input>."""
        return self.kind if self.kind in ("date", "tel", "number", "search") else "text"


def filled(
    fields: Iterable[Field],
    values: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    prefix: str = "",
) -> list[Field]:
    """The fields with what was typed and what is wrong with it."""
    values, problems = values or {}, problems or {}
    return [
        replace(
            f,
            value=values.get(f.name, f.value),
            problem=problems.get(f.name, ""),
            options=f.options() if callable(f.options) else f.options,
            prefix=prefix,
        )
        for f in fields
    ]


@dataclass(frozen=True, slots=True)
class Form:
    """A form ready for a page."""

    name: str
    title: Any
    fields: list[Field] = field(default_factory=list)
    key: str = ""
    opened: bool = False
    grave: bool = False
    problems: tuple[str, ...] = ()
    button: Any = ""
