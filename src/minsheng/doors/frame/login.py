"""Login of staff (登录), and in the demonstration city one account a role that a click enters."""

from __future__ import annotations

import os

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from minsheng.core.codes import Role
from minsheng.doors.frame.look import back
from minsheng.ground.models import Account
from minsheng.respond import tries

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def demo_accounts() -> list[Account]:
    """The accounts that a click may enter: marked demo, and only where MINSHENG_DEMO=1."""
    if os.environ.get("MINSHENG_DEMO") != "1":
        return []
    order = {role.value: i for i, role in enumerate(Role)}
    return sorted(Account.objects.filter(demo=True, is_active=True), key=lambda a: (order[a.role], a.username))


def enter(request: HttpRequest) -> HttpResponse:
    """The login page. Wrong passwords are counted by account: ten an hour."""
    demo = demo_accounts()
    if request.method != "POST":
        return render(request, "frame/login.html", {"bare": True, "demo": demo, "next": request.GET.get("next", "")})
    chosen = next((a for a in demo if a.username == request.POST.get("demo")), None)
    if chosen is not None:
        login(request, chosen, backend=_BACKEND)
        return redirect(back(request, "/staff/"))
    username = request.POST.get("username", "")[:64]
    account = None
    if "\0" not in username and tries.may_try(f"login/{username}"):
        account = authenticate(request, username=username, password=request.POST.get("password", ""))
    if account is None:
        if username and "\0" not in username:
            tries.failed(f"login/{username}")
        given = {"bare": True, "demo": demo, "next": request.POST.get("next", ""), "wrong": True, "username": username}
        return render(request, "frame/login.html", given, status=401)
    login(request, account)
    return redirect(back(request, "/staff/"))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Log out."""
    logout(request)
    return redirect("login")
