"""Accounts (账号): who may enter the desks. One account, one role, for unit roles one unit (DOMAIN §6.1)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from minsheng.core.codes import Role
from minsheng.core.order import Actor


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts."""

    def make(
        self, username: str, role: Role, unit: str | None = None, name: str = "", password: str | None = None
    ) -> Any:
        """The account `username`, made or brought up to date; without a password it can only hold tokens."""
        account, _ = self.update_or_create(
            username=username, defaults={"role": role.value, "unit": unit, "name": name or username}
        )
        account.set_password(password)
        account.save()
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account that logs in as `username`."""
        return self.get(username=username)


class Account(AbstractBaseUser):
    """A person's entry to the desks."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    role = models.CharField(max_length=24, choices=[(r.value, r.value) for r in Role])
    unit = models.CharField(max_length=32, null=True)
    is_active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    class Meta:
        db_table = "ground_account"

    @property
    def actor(self) -> Actor:
        """The account as the rules know it."""
        return Actor(self.username, Role(self.role), self.unit)


class Token(models.Model):
    """A bearer token of an account; only its digest is kept."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "ground_token"
