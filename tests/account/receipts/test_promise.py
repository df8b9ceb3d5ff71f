"""A receipt proves itself: whoever alters one letter of it holds none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.account.log.keys import Ed25519Signer
from minsheng.account.receipts import Promise, Receipt, ReceiptRefused, check, read_receipt, sign
from minsheng.core.ledger import tag_of

GATEWAY = Ed25519Signer("minsheng/test", bytes(range(32)))
PROMISE = Promise(bytes(range(32)), datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC), "phone", 48213)
KEY = bytes(range(100, 132))
ADDRESS = "https://12345.example/r#" + sign(PROMISE, KEY, GATEWAY).fragment
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def test_a_receipt_says_what_was_promised_and_who_signed_it() -> None:
    receipt = read_receipt(ADDRESS)
    check(receipt, GATEWAY.verifier)
    assert receipt.promise == PROMISE
    assert receipt.promise.within == timedelta(hours=1)
    assert receipt.tag == tag_of(KEY).hex()
    assert len(ADDRESS) < 250


def test_the_same_promise_gives_the_same_receipt() -> None:
    assert sign(PROMISE, KEY, GATEWAY) == sign(PROMISE, KEY, GATEWAY)


def test_another_gateways_receipt_is_refused() -> None:
    forged = sign(PROMISE, KEY, Ed25519Signer("minsheng/test", bytes(32)))
    with pytest.raises(ReceiptRefused, match="not signed by the gateway"):
        check(forged, GATEWAY.verifier)


def test_a_receipt_of_another_citys_log_is_refused() -> None:
    other = Ed25519Signer("minsheng/other", bytes(range(32)))
    with pytest.raises(ReceiptRefused):
        check(sign(PROMISE, KEY, other), GATEWAY.verifier)


@pytest.mark.parametrize(
    "written", ["", "https://12345.example/r", "1.a.b", "2." + ADDRESS.partition("#1.")[2], "#1.a.b.c"]
)
def test_what_is_no_receipt_is_told_so(written: str) -> None:
    with pytest.raises(ReceiptRefused):
        read_receipt(written)


@given(st.integers(min_value=0), st.sampled_from(ALPHABET))
def test_no_letter_of_promise_or_signature_can_be_changed(place: int, letter: str) -> None:
    head, key, *rest = ADDRESS.partition("#")[2].split(".")
    signed = ".".join(rest)
    at = place % len(signed)
    changed = signed[:at] + letter + signed[at + 1 :]
    if changed == signed:
        return
    with pytest.raises(ReceiptRefused):
        check(read_receipt(".".join([head, key, changed])), GATEWAY.verifier)


@given(
    st.binary(min_size=32, max_size=32),
    st.integers(min_value=0, max_value=1 << 34),
    st.integers(min_value=1, max_value=(1 << 40) - 1),
    st.text(min_size=1, max_size=12),
)
def test_every_promise_comes_back_as_it_was(commitment: bytes, seconds: int, number: int, channel: str) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    promise = Promise(commitment, at, channel, number)
    assert Promise.parse(promise.pack()) == promise


def test_the_code_that_is_read_out_follows_from_the_signature() -> None:
    receipt = read_receipt(ADDRESS)
    assert len(receipt.code) == 8
    assert receipt.code.isdigit()
    assert Receipt(PROMISE, KEY, bytes(64)).code != receipt.code
