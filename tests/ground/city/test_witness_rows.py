"""Witnesses of the ledger in a city pack: keys copied whole, no key twice, a quorum that can be met."""

from __future__ import annotations

from pathlib import Path

import pytest

from minsheng.ground.city import check_pack, load_pack, new_pack

HEAD = "name,body,body_en,vkey,url,source\n"
ONE = "w1.example+11c8f4c8+BEtCePP28bkSi/ZxLF65+cydHDRh+AhwUc5Okowfb9iu"
TWO = "w2.example+f4cdfafa+BPG7LsTqzdoCg6bxHCtaGB6aiE6H29oo6MK8jL61umPv"
ROWS = {
    "one": f"congress,市人大,,{ONE},https://w1.example/,test\n",
    "two": f"audit,市审计局,Audit office,{TWO},http://127.0.0.1:7380,test\n",
}


def write(folder: Path, quorum: int = 0, **changed: str) -> None:
    """The pack with these witnesses, some rows written otherwise, and a quorum if one is given."""
    (folder / "witnesses.csv").write_text(HEAD + "".join({**ROWS, **changed}.values()), encoding="utf-8")
    if quorum:
        with (folder / "city.toml").open("a", encoding="utf-8") as head:
            head.write(f"\n[ledger]\nquorum = {quorum}\n")


def test_a_pack_without_witnesses_is_good_and_its_digest_tells(folder: Path) -> None:
    before = load_pack(folder)
    write(folder, quorum=2)
    after = load_pack(folder)
    assert (before.witnesses, before.city.quorum) == ((), 0)
    assert after.digest != before.digest
    assert [(each.name, each.vkey) for each in after.witnesses] == [("congress", ONE), ("audit", TWO)]
    assert after.city.quorum == 2


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"congress,市人大,,{ONE[:-1]}k,https://w1.example/,test\n", "vkey"),
        (f"congress,市人大,,{ONE.replace('+B', '+A')},https://w1.example/,test\n", "vkey"),
        (f"congress,市人大,,{ONE[:-4]},https://w1.example/,test\n", "vkey"),
        (f"congress,市人大,,{ONE},w1.example,test\n", "url"),
        (f"congress,市人大,,{ONE},ftp://w1.example/,test\n", "url"),
        (f"quorum,市人大,,{ONE},https://w1.example/,test\n", "name"),
        (f"a b,市人大,,{ONE},https://w1.example/,test\n", "name"),
        (f"congress,市人大,,{TWO},https://w1.example/,test\n", "vkey"),
    ],
)
def test_a_bad_witness_is_named_with_its_column(folder: Path, row: str, column: str) -> None:
    write(folder, one=row)
    assert [(e.file, e.column) for e in check_pack(folder)] == [("witnesses.csv", column)]


def test_a_quorum_that_can_never_be_met_is_named(folder: Path) -> None:
    write(folder, quorum=3)
    (error,) = check_pack(folder)
    assert (error.file, error.column) == ("city.toml", "ledger.quorum")
    assert "names 2" in error.problem


def test_a_new_pack_has_no_witness_yet(tmp_path: Path) -> None:
    assert load_pack(new_pack(tmp_path / "new", "new")).witnesses == ()
