"""`user token` and `user add`."""

from __future__ import annotations

import argparse
import getpass
import secrets

from minsheng.core.codes import UNIT_ROLES, Role
from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake


def user(args: argparse.Namespace) -> int:
    """Make an account; `token` prints a bearer token for it, `add` sets a password."""
    try:
        role = Role(args.role)
    except ValueError as error:
        raise Mistake(f"there is no role {args.role}; roles are {', '.join(r.value for r in Role)}") from error
    if (role in UNIT_ROLES) != bool(args.unit):
        raise Mistake(f"--unit CODE goes with the roles {', '.join(sorted(UNIT_ROLES))}, and only with them")
    with house(args.data):
        from minsheng.ground import present
        from minsheng.ground.models import Account, Token

        if args.unit and args.unit not in present.city().units:
            raise Mistake(f"the city has no unit {args.unit}; codes are in units.csv of the city pack")
        name = args.name or (f"{role}@{args.unit}" if args.unit else role.value)
        if args.what == "add":
            if Account.objects.filter(username=name).exists():
                raise Mistake(f"there is an account {name} already; choose another --name")
            Account.objects.make(name, role, args.unit, password=args.password or getpass.getpass())
            print(name)
            return 0
        account = Account.objects.filter(username=name).first() or Account.objects.make(name, role, args.unit)
        if (account.role, account.unit) != (role.value, args.unit):
            raise Mistake(f"the account {name} has another role or unit; choose another --name")
        from minsheng.doors.api.root import token_digest

        token = secrets.token_urlsafe(32)
        Token.objects.create(digest=token_digest(token), account=account)
        print(token)
    return 0
