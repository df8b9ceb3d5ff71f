"""From what a door sends to a command (命令解析): one reading for the API and every form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from minsheng.core import commands as say
from minsheng.core.order import UnitRef
from minsheng.core.wire import shaped
from minsheng.ground import present

_INTERNAL = frozenset({"receive", "absorb", "follow", "promise_due", "confirm_withdrawal", "archive"})
SPOKEN = frozenset(say.COMMANDS) - _INTERNAL
"""Commands that may come from outside."""
_NEVER_FROM_OUTSIDE = frozenset({"into_state", "drawn"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field and what to do about it."""

    field: str
    problem: str
    remedy: str


class Unreadable(ValueError):
    """A command that cannot be read; `problems` says field by field why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.problem}" for p in problems))
        self.problems = problems


def command(name: Any, given: Mapping[str, Any]) -> say.Command:
    """The command `name` with the fields `given` (JSON values; units by code). Raises Unreadable."""
    cls = say.COMMANDS.get(name) if isinstance(name, str) and name in SPOKEN else None
    if cls is None:
        raise Unreadable([Problem("command", "没有这个操作", "请使用接口文档所列的操作代码")])
    hints = get_type_hints(cls)
    known = {f.name for f in fields(cls)} - _NEVER_FROM_OUTSIDE
    problems = [Problem(k, "没有这个字段", f"可用字段：{'、'.join(sorted(known))}") for k in given if k not in known]
    values: dict[str, Any] = {}
    for field in known & set(given):
        try:
            values[field] = _value(hints[field], given[field])
        except (ValueError, TypeError, KeyError):
            problems.append(Problem(field, "内容不符合要求", _remedy(hints[field])))
    problems += _unknown_codes(values)
    if problems:
        raise Unreadable(sorted(problems, key=lambda p: p.field))
    return cls(**values)


def _unknown_codes(values: Mapping[str, Any]) -> list[Problem]:
    pack = present.city()
    problems = []
    category = pack.taxonomy.categories.get(values.get("category") or "")
    if values.get("category") and (category is None or not category.is_leaf):
        problems.append(Problem("category", "没有这个末级类别", "请使用城市包 taxonomy.csv 中的三级类别代码"))
    if values.get("area") and values["area"] not in pack.areas:
        problems.append(Problem("area", "没有这个区域", "请使用城市包 areas.csv 中的区划代码"))
    for code in (*(values.get("complained_of") or ()), *filter(None, [values.get("suggested")])):
        if code not in pack.units:
            problems.append(Problem("unit", f"没有单位 {code}", "请填写城市包 units.csv 中的单位代码"))
    return problems


def _value(kind: Any, value: Any) -> Any:
    inner = [t for t in get_args(kind) if t is not type(None)] or [kind]
    if value is None:
        if type(None) not in get_args(kind):
            raise ValueError(value)
        return None
    if inner[0] is UnitRef:
        if get_args(kind) and get_args(kind)[-1] is Ellipsis:
            return tuple(_unit(v) for v in value)
        return _unit(value)
    if inner[0] is str and inner[-1] is Ellipsis:
        if isinstance(value, str):
            raise TypeError(value)
        return tuple(_text(v) for v in value)
    if inner[0] is bool and not isinstance(value, bool):
        raise TypeError(value)
    if inner[0] is int and (isinstance(value, bool) or not isinstance(value, int)):
        raise TypeError(value)
    if inner[0] is str:
        return _text(value)
    found = shaped(kind, value)
    if isinstance(found, datetime) and found.tzinfo is None:
        raise ValueError(value)
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 20_000 or "\0" in value:
        raise TypeError(value)
    return value


def _unit(code: Any) -> UnitRef:
    found = present.unit_ref(code) if isinstance(code, str) else None
    if found is None:
        raise ValueError(code)
    return found


def _remedy(kind: Any) -> str:
    inner = next((t for t in (*get_args(kind), kind) if t is not type(None)), kind)
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return "请从以下代码中选一个：" + "、".join(m.value for m in inner)
    if inner is UnitRef:
        return "请填写城市包中现有的单位代码"
    if inner is datetime:
        return "请填写带时区的时间，例如 2026-12-01T17:30:00+08:00"
    if inner is bool:
        return "请填写 true 或 false"
    return "请填写文字，不超过 20000 字"
