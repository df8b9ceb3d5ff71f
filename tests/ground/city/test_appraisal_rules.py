"""Rules of the appraisal in a city pack: read, checked, and left out by cities that appraise nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from minsheng.ground.city import LeftOut, RateCode, check_pack, load_pack, new_pack

HEAD = "rate,name,name_en,weight,months,leaves_out,valid_from,valid_to,source,provisional\n"
ROWS = {
    "response": "response,响应率,,30,1,excluded|merged,2024-01-01,,test,false\n",
    "resolution": "resolution,解决率,,35,1,,2024-01-01,,test,false\n",
    "satisfaction": "satisfaction,满意率,,35,3,,2024-01-01,,test,false\n",
}


def write(folder: Path, **changed: str) -> None:
    """The pack's rules with some rows written otherwise."""
    (folder / "appraisal.csv").write_text(HEAD + "".join({**ROWS, **changed}.values()), encoding="utf-8")


def test_a_pack_without_rules_of_appraisal_is_good_and_its_digest_tells(folder: Path) -> None:
    before = load_pack(folder)
    write(folder)
    assert before.appraisal == ()
    assert load_pack(folder).digest != before.digest


def test_rules_say_weight_months_and_what_is_left_out(folder: Path) -> None:
    write(folder)
    response, _, satisfaction = load_pack(folder).appraisal
    assert (response.rate, response.weight, response.leaves_out) == (
        RateCode.RESPONSE,
        30,
        (LeftOut.EXCLUDED, LeftOut.MERGED),
    )
    assert satisfaction.months == 3


@pytest.mark.parametrize(
    ("rate", "line", "column"),
    [
        ("response", "response,响应率,,31,1,,2024-01-01,,test,false\n", "weight"),
        ("response", "", "weight"),
        ("response", "response,响应率,,30,0,,2024-01-01,,test,false\n", "months"),
        ("response", "response,响应率,,30,1,bad,2024-01-01,,test,false\n", "leaves_out"),
        ("response", "response,响应率,,30,1,,2024-01-01,2025-01-01,test,false\n", "weight"),
        ("response", "speed,响应率,,30,1,,2024-01-01,,test,false\n", "rate"),
    ],
)
def test_a_bad_rule_is_named_with_its_column(folder: Path, rate: str, line: str, column: str) -> None:
    write(folder, **{rate: line})
    assert [(e.file, e.column) for e in check_pack(folder)] == [("appraisal.csv", column)]


def test_weights_may_change_on_a_day(folder: Path) -> None:
    old = "".join(line.replace("2024-01-01,,", "2024-01-01,2024-12-31,") for line in ROWS.values())
    new = {rate: line.replace("2024-01-01", "2025-01-01") for rate, line in ROWS.items()}
    (folder / "appraisal.csv").write_text(HEAD + old + "".join(new.values()), encoding="utf-8")
    assert len(load_pack(folder).appraisal) == 6


def test_a_new_pack_comes_with_rules(tmp_path: Path) -> None:
    assert len(load_pack(new_pack(tmp_path / "new", "new")).appraisal) == 3
