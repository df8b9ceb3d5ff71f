"""Leaves: forty bytes that bind every group of fields, and give none away."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from minsheng.core.ledger.leaf import (
    LEAF_BYTES,
    SALT_BYTES,
    Leaf,
    LeafKind,
    canonical,
    commit,
    day_of,
    joined,
    leaf_key,
    opened,
)

KEY = bytes(range(32))
GROUPS = ({"cohort": "2026-11", "to": "open"}, {"agency": "c1"}, {"tag": "x", "seq": 1})


def test_a_leaf_is_forty_bytes_and_comes_back() -> None:
    leaf = Leaf(LeafKind.OUTCOME, date(2026, 11, 23), bytes(range(32)))
    packed = leaf.pack()
    assert len(packed) == LEAF_BYTES
    assert packed[:8].hex() == "0104" + day_of(date(2026, 11, 23)).to_bytes(2).hex() + "00000000"
    assert Leaf.parse(packed) == leaf


@pytest.mark.parametrize("at", [0, 4, 7])
def test_other_versions_and_used_reserve_are_no_leaves_of_ours(at: int) -> None:
    packed = bytearray(Leaf(LeafKind.INTAKE, date(2026, 1, 1), bytes(32)).pack())
    packed[at] ^= 0xFF
    with pytest.raises(ValueError, match="no leaf"):
        Leaf.parse(bytes(packed))


def test_short_commitments_short_leaves_and_days_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Leaf(LeafKind.INTAKE, date(2026, 1, 1), b"short")
    with pytest.raises(ValueError, match="no leaf"):
        Leaf.parse(b"\x01" * 39)
    with pytest.raises(ValueError, match="does not fit"):
        day_of(date(1969, 12, 31))
    assert day_of(date(2149, 6, 6)) == (1 << 16) - 1
    with pytest.raises(ValueError, match="does not fit"):
        day_of(date(2149, 6, 7))


def test_whoever_is_shown_a_group_can_check_it_and_learns_nothing_of_the_others() -> None:
    made = commit(KEY, GROUPS)
    for shown in range(len(GROUPS)):
        hashes = list(made.hashes)
        hashes[shown] = opened(shown, made.salts[shown], GROUPS[shown])
        assert joined(hashes) == made.value
    assert len(set(made.salts)) == len(GROUPS)
    assert all(len(salt) == SALT_BYTES for salt in made.salts)
    guess = hashlib.sha256(b"vs1/1" + bytes(SALT_BYTES) + canonical(GROUPS[1])).digest()
    assert guess != made.hashes[1]


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_another_value_or_salt_or_place_of_a_group_is_another_commitment(group: int) -> None:
    made = commit(KEY, GROUPS)
    fields, salt = {**GROUPS[group], "more": None}, bytes([made.salts[group][0] ^ 1]) + made.salts[group][1:]
    assert opened(group, made.salts[group], fields) != made.hashes[group]
    assert opened(group, salt, GROUPS[group]) != made.hashes[group]
    assert opened(group + 1, made.salts[group], GROUPS[group]) != made.hashes[group]
    assert joined(made.hashes[::-1]) != made.value


def test_every_event_of_an_order_has_a_key_of_its_own() -> None:
    keys = {leaf_key(KEY, seq) for seq in range(1, 50)} | {leaf_key(bytes(32), 1), KEY}
    assert len(keys) == 51


def test_the_known_answer_of_version_one_stays() -> None:
    assert commit(leaf_key(KEY, 1), GROUPS).value.hex() == KNOWN


def test_fields_are_canonical_whatever_order_they_come_in() -> None:
    assert canonical({"b": 1, "a": "停暖", "c": None, "d": True}) == '{"a":"停暖","b":1,"c":null,"d":true}'.encode()


@pytest.mark.parametrize("fields", [{"a": 1.5}, {"名": "x"}, {"a": 1 << 53}, {"a": ["x"]}])
def test_what_has_no_one_canonical_form_cannot_stand_in_a_leaf(fields) -> None:
    with pytest.raises(ValueError, match="cannot stand in a leaf"):
        canonical(fields)


KNOWN = "797654c6914bdaadbe1039e828030d31ba6b52332d3c822b3a20c7c434807f6d"
