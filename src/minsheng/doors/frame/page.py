"""A page of a desk (工作台页面): who may open it, what stands around it, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from minsheng.core import Actor, Forbidden
from minsheng.core.codes import CENTRE_ROLES, UNIT_ROLES, Role
from minsheng.doors.frame import menu
from minsheng.ground.access import sight
from minsheng.ground.models import Account
from minsheng.respond.casework import NotFound

View = Callable[..., HttpResponse]
ORDER_ROLES = CENTRE_ROLES | UNIT_ROLES
STAFF = frozenset(Role) - {Role.RESIDENT, Role.SYSTEM}


def staff(roles: frozenset[Role] = STAFF) -> Callable[[View], View]:
    """Let only `roles` in: others are sent to the login, or told that the page is not theirs (403). An order outside
    their sight is a 404 that says nothing about whether it exists."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if actor(request).role not in roles:
                return no_right(request)
            try:
                return view(request, *args, **given)
            except NotFound:
                return not_found(request)
            except Forbidden as forbidden:
                return no_right(request, gettext(forbidden.message))

        return guarded

    return guard


def actor(request: HttpRequest) -> Actor:
    """The actor that is logged in."""
    return cast(Account, request.user).actor


def show(
    request: HttpRequest, template: str, given: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page inside the frame: the menu of the reader's role with what waits at each desk beside it."""
    by = actor(request)
    with sight(by):
        items = menu.items(by, request.path)
    return render(request, template, {**(given or {}), "menu": items}, status=status)


def no_right(request: HttpRequest, sentence: str = "") -> HttpResponse:
    """403 with the next step in words."""
    step = sentence or gettext("这个页面属于别的岗位。请从左侧菜单进入您的工作台，或请系统管理员调整角色。")
    return show(request, "frame/trouble.html", {"title": gettext("您的角色不能打开此页"), "next_step": step}, 403)


def not_found(request: HttpRequest) -> HttpResponse:
    """404: no such order, or none that the reader may see."""
    step = gettext("没有这张工单，或您无权查看。请核对单号。")
    return show(request, "frame/trouble.html", {"title": gettext("没有找到"), "next_step": step}, 404)
