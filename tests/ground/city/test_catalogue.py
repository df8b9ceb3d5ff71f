"""The dispatch catalogue finds a lead unit for every request, and never the unit complained of."""

from datetime import date

import pytest

from minsheng.ground.city import AreaLevel

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("category", "area", "on", "excluding", "lead"),
    [
        ("010101", "1", TODAY, set(), "urban"),
        ("010101", "1", date(2025, 6, 30), set(), "old"),
        ("010101", "1", date(2025, 7, 1), set(), "urban"),
        ("010101", "1111", TODAY, set(), "east"),
        ("010101", "121", TODAY, set(), "urban"),
        ("010102", "1111", TODAY, set(), "urban"),
        ("020101", "1211", TODAY, set(), "west"),
        ("010101", "1111", TODAY, {"east"}, "urban"),
        ("010102", "1111", TODAY, {"urban"}, "east"),
        ("010102", "1", TODAY, {"urban"}, None),
        ("010101", "1", date(2023, 1, 1), set(), None),
        ("990101", "1", TODAY, set(), None),
        ("010101", "nowhere", TODAY, set(), None),
    ],
)
def test_the_most_specific_row_in_force_leads_unless_it_is_complained_of(  # noqa: PLR0917
    bing, category, area, on, excluding, lead
):
    row = bing.catalogue.lead(category, area, on, excluding)
    assert (row and row.unit) == lead


def test_co_handlers_and_legal_basis_come_with_the_lead(bing):
    row = bing.catalogue.lead("010102", "1", TODAY)
    assert row.co_units == ("water", "east-urban")
    assert row.legal_basis == "law"


def test_an_order_is_passed_down_to_the_department_of_its_kind_or_to_the_township(bing):
    catalogue = bing.catalogue
    assert catalogue.pass_down("010101", "1111", "east", TODAY).code == "east-urban"
    assert catalogue.pass_down("020101", "1111", "east", TODAY).code == "liulin"
    assert catalogue.pass_down("020101", "11", "east", TODAY) is None
    assert catalogue.pass_down("010101", "1111", "east", TODAY, {"east-urban"}).code == "liulin"
    assert catalogue.pass_down("010101", "1111", "east", TODAY, {"east"}) is None
    assert catalogue.pass_down("010101", "1111", "west", TODAY) is None


def test_every_leaf_has_a_lead_in_every_township_of_anyang(anyang):
    towns = [area.code for area in anyang.areas.values() if area.level is AreaLevel.TOWNSHIP]
    for leaf in anyang.taxonomy.leaves:
        for town in towns:
            row = anyang.catalogue.lead(leaf.code, town, TODAY)
            assert row is not None, (leaf.code, town)
            assert anyang.units[row.unit].level == 2


def test_a_complaint_of_a_county_goes_past_the_county_and_all_below_it(anyang):
    for leaf in anyang.taxonomy.leaves:
        row = anyang.catalogue.lead(leaf.code, "410523100", TODAY, {"ay-410523"})
        assert row is not None, leaf.code
        assert "ay-410523" not in [unit.code for unit in anyang.unit_path(row.unit)]


def test_anyangs_townships_get_what_their_county_passes_down(anyang):
    row = anyang.catalogue.lead("100201", "410523101", TODAY)
    assert row.unit == "ay-410523"
    assert anyang.catalogue.pass_down("100201", "410523101", row.unit, TODAY).code == "ay-410523101"
    assert anyang.catalogue.pass_down("080201", "410523101", row.unit, TODAY).code == "ay-410523-edu"
    assert anyang.catalogue.pass_down("030301", "410502", "ay-devreform", TODAY).code == "ay-power-city"
