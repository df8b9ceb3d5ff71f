"""不掺水: ledger, receipts, figures, appraisal, gaming."""

from django.apps import AppConfig


class AccountConfig(AppConfig):
    """Django app of the room that gives account."""

    name = "minsheng.account"
    label = "account"
