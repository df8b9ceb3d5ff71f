"""Staff at their desks, without a real browser."""

from __future__ import annotations

import re

from minsheng.core.codes import Role


def browser(role: Role, unit: str | None = None):
    """A logged-in browser of somebody in `role`."""
    from django.test import Client

    from minsheng.ground.models import Account

    client = Client(headers={"accept-language": "zh-CN"})
    name = f"{role.value}-{unit or 'centre'}"
    account = Account.objects.filter(username=name).first() or Account.objects.make(name, role, unit)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer) -> str:
    """The words of a page, without marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
