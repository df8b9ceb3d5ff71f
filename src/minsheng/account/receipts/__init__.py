"""Receipts (回执): the gateway's signed promise that a request will stand in the ledger within the hour. No receipt, no
registration (没有回执=没有登记).

given = sign(promise, key, gateway())          # in the same request that took it in
read_receipt(given.fragment).promise           # what was promised, by anybody
check(given.receipt, verifier)                 # whether the gateway signed it"""

from minsheng.account.receipts.course import Step, course
from minsheng.account.receipts.promise import (
    PROMISED,
    Promise,
    Receipt,
    ReceiptRefused,
    check,
    code_of,
    gateway,
    read_receipt,
    sign,
)

__all__ = [
    "PROMISED",
    "Promise",
    "Receipt",
    "ReceiptRefused",
    "Step",
    "check",
    "code_of",
    "course",
    "gateway",
    "read_receipt",
    "sign",
]
