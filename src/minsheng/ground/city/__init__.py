"""The city pack (城市包): the tables that a city fills in, read, checked and looked up. Nothing about a city is code.

`load_pack(folder)` gives a frozen `CityPack` or raises `PackErrors`; `check_pack` lists what is wrong with file, row,
column and remedy; `new_pack` writes an empty pack to begin with; `Gazetteer` finds the place a text speaks of.
"""

from minsheng.ground.city.catalogue import Catalogue
from minsheng.ground.city.cli import cli_check, cli_new
from minsheng.ground.city.errors import PackError, PackErrors
from minsheng.ground.city.gazetteer import Gazetteer, Mention, Place
from minsheng.ground.city.new import new_pack
from minsheng.ground.city.pack import CityPack, Taxonomy, check_pack, load_pack
from minsheng.ground.city.rows import (
    Answer,
    AppraisalRule,
    Area,
    AreaLevel,
    CalendarDay,
    CallBackScript,
    CatalogueRow,
    Category,
    Channel,
    City,
    DayMark,
    Hotline,
    HotlineMode,
    LeftOut,
    Question,
    RateCode,
    Unit,
    UnitKind,
    WitnessRow,
)

__all__ = [
    "Answer",
    "AppraisalRule",
    "Area",
    "AreaLevel",
    "CalendarDay",
    "CallBackScript",
    "Catalogue",
    "CatalogueRow",
    "Category",
    "Channel",
    "City",
    "CityPack",
    "DayMark",
    "Gazetteer",
    "Hotline",
    "HotlineMode",
    "LeftOut",
    "Mention",
    "PackError",
    "PackErrors",
    "Place",
    "Question",
    "RateCode",
    "Taxonomy",
    "Unit",
    "UnitKind",
    "WitnessRow",
    "check_pack",
    "cli_check",
    "cli_new",
    "load_pack",
    "new_pack",
]
