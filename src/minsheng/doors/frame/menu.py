"""The menu of each role (菜单): at most eight desks, with what waits at each, counted to 99."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from minsheng.core import Actor
from minsheng.core.codes import CENTRE_ROLES, UNIT_ROLES, Role
from minsheng.respond import desk_reads

R = Role
INTAKE = frozenset({R.AGENT, R.SHIFT_LEADER, R.REVIEWER})
POOL = frozenset({R.DISPATCHER, R.SHIFT_LEADER, R.SUPERVISOR})
APPROVALS = frozenset({R.DISPATCHER, R.SHIFT_LEADER, R.SUPERVISOR, R.QUALITY, R.UNIT_DESK, R.UNIT_HEAD})
REVIEW = frozenset({R.REVIEWER, R.SUPERVISOR})
CALL_BACK = frozenset({R.CALLER_BACK, R.QUALITY})
SUPERVISION = frozenset({R.SUPERVISOR, R.SHIFT_LEADER})
ORDERS = CENTRE_ROLES | UNIT_ROLES
STUDY = frozenset({R.ANALYST, R.SUPERVISOR, R.LEADER})
RUN = frozenset({R.SUPERVISOR, R.LEADER})
TOPICS = STUDY | {R.INSPECTOR}
BOARD = STUDY
APPRAISAL = STUDY | {R.QUALITY, R.UNIT_HEAD, R.INSPECTOR, R.AUDITOR}


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk: its address, its name and whose it is."""

    name: str
    label: Any
    roles: frozenset[Role] | None = None


DESKS = (
    Desk("inbox", _("单位待办"), UNIT_ROLES),
    Desk("agent", _("受理登记"), INTAKE),
    Desk("pool", _("派单池"), POOL),
    Desk("approvals", _("申请审批"), APPROVALS),
    Desk("review", _("答复审核"), REVIEW),
    Desk("callback", _("回访"), CALL_BACK),
    Desk("supervision", _("督办"), SUPERVISION),
    Desk("orders", _("全部工单"), ORDERS),
    Desk("board", _("预警看板"), BOARD - {R.SUPERVISOR}),
    Desk("calendar", _("季节日历"), BOARD - {R.SUPERVISOR}),
    Desk("map", _("诉求地图"), BOARD - {R.SUPERVISOR}),
    Desk("volumes", _("话务预测"), BOARD - {R.SUPERVISOR}),
    Desk("topics", _("议题"), TOPICS),
    Desk("months", _("月调度"), TOPICS),
    Desk("tasks", _("调度任务"), UNIT_ROLES),
    Desk("library", _("政策库"), UNIT_ROLES | TOPICS - {R.SUPERVISOR}),
    Desk("appraisal", _("考核"), APPRAISAL),
    Desk("audit", _("审计"), frozenset({R.AUDITOR})),
    Desk("knowledge", _("知识库"), frozenset(R) - STUDY),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu."""

    label: Any
    href: str
    here: bool
    count: int | None


def desks_of(role: Role) -> list[Desk]:
    """The desks of a role, its own first."""
    return [d for d in DESKS if d.roles is None or role in d.roles]


def items(by: Actor, path: str) -> list[Item]:
    """The menu of `by` on the page at `path`, in the present sight."""
    desks = desks_of(by.role)
    waiting = desk_reads.counts([d.name for d in desks], by.unit) if by.role in ORDERS else {}
    return [_item(d, path, waiting.get(d.name)) for d in desks]


def _item(desk: Desk, path: str, count: int | None) -> Item:
    href = reverse(desk.name)
    return Item(desk.label, href, path.startswith(href), count)
