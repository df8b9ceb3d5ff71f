"""The rows of a city pack (城市包) as frozen records: what a city writes down about itself.

One class a table. Dates of validity are local days, both ends included; `valid_to = None` means until further
notice. `provisional` marks rows that no official list supports yet, and `source` says where each row comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from minsheng.core.calendar import Term
from minsheng.core.codes import Kind, Urgency


class AreaLevel(StrEnum):
    """Levels of the division codes (行政区划): 4, 6, 9 and 12 digits."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class UnitKind(StrEnum):
    """What a handling unit is (承办单位类别)."""

    CENTRE = "centre"
    DEPARTMENT = "department"
    COUNTY = "county"
    COUNTY_DEPARTMENT = "county_department"
    TOWNSHIP = "township"
    SUB_OFFICE = "sub_office"
    UTILITY = "utility"
    FIRM = "firm"


class HotlineMode(StrEnum):
    """How a hotline was joined (国办发〔2020〕53号): merged 整体并入, parallel 双号并行, branch 分中心."""

    MERGED = "merged"
    PARALLEL = "parallel"
    BRANCH = "branch"


class DayMark(StrEnum):
    """What the calendar tables say of a day; `plain` in the overrides takes a mark away again."""

    HOLIDAY = "holiday"
    MAKEUP = "makeup"
    PLAIN = "plain"


def in_force(valid_from: date, valid_to: date | None, day: date) -> bool:
    """Whether a day lies within a validity, both ends included."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative division (行政区划). `lon`, `lat`: a point inside it in decimal degrees (WGS84), or neither."""

    code: str
    parent: str
    level: AreaLevel
    name: str
    name_en: str
    aliases: tuple[str, ...]
    population: int | None
    valid_from: date
    valid_to: date | None
    source: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the handling network (承办单位): level 1 the centre, 2 and 3 the handling units.

    A unit that is no state organ (`state_organ = False`) gets a reviewed copy of an order, without identity.
    """

    code: str
    parent: str
    level: int
    name: str
    name_en: str
    kind: UnitKind
    area: str
    dept_type: str
    state_organ: bool
    valid_from: date
    valid_to: date | None
    source: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Hotline:
    """A hotline joined to 12345 (归并热线)."""

    number: str
    name: str
    name_en: str
    unit: str
    mode: HotlineMode
    source: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Channel:
    """A way in for requests (受理渠道). Upper platforms bring their own number and deadline."""

    code: str
    group: str
    name: str
    name_en: str
    is_external_order: bool
    deadline_override: Term | None
    reply_route: str
    source: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the classification (诉求分类), level 1 to 3; only leaves (level 3) are filed under."""

    code: str
    level: int
    parent: str
    name: str
    name_en: str
    dept_type: str
    dept: str
    kinds: tuple[Kind, ...]
    urgency: Urgency | None
    deadline: Term | None
    basis: str
    keywords: tuple[str, ...]
    version: str

    @property
    def is_leaf(self) -> bool:
        """Whether orders are filed under it."""
        return self.level == 3


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A row of the dispatch catalogue (派单目录): who leads a category in an area, and by which law."""

    category: str
    area: str
    unit: str
    co_units: tuple[str, ...]
    legal_basis: str
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that its weekday alone does not explain (节假日、调休)."""

    day: date
    mark: DayMark
    name: str
    source: str
    provisional: bool


class RateCode(StrEnum):
    """The three rates (三率): answered in time, resolved, satisfied."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    SATISFACTION = "satisfaction"


class LeftOut(StrEnum):
    """Why an order may be left out of a net rate: 剔除, 并单, 撤回, 挂账. The gross rate leaves nothing out."""

    EXCLUDED = "excluded"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class AppraisalRule:
    """A row of the appraisal's rules (考核规则): how many points of 100 a rate weighs, over how many months up to the
    month appraised it is counted, and which orders its net figure leaves out."""

    rate: RateCode
    name: str
    name_en: str
    weight: int
    months: int
    leaves_out: tuple[LeftOut, ...]
    valid_from: date
    valid_to: date | None
    source: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """A witness of the open ledger (见证方): a body outside the line that cosigns its heads. `vkey`: its public key as
    C2SP writes it; `url`: where it takes checkpoints."""

    name: str
    body: str
    body_en: str
    vkey: str
    url: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A possible answer to a call-back question, with the key that gives it on a telephone."""

    code: str
    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Question:
    """A fixed call-back question (回访问题). A `private` one is answered by keypad, SMS or web: no clerk hears it."""

    code: str
    private: bool
    zh: str
    en: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class CallBackScript:
    """What the call-back desk asks, word for word (回访话术)."""

    version: str
    opening_zh: str
    opening_en: str
    closing_zh: str
    closing_en: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class City:
    """The head of the pack (`city.toml`). `thresholds`: below them a proposal abstains and a person decides.

    `invented`: the place does not exist; every page and export says 模拟数据. `quorum`: how many witnesses must have
    cosigned a head of the ledger; nought means more than half of them.
    """

    code: str
    name: str
    name_en: str
    number_prefix: str
    tz: str
    phone: str
    taxonomy_version: str
    thresholds: dict[str, float] = field(hash=False)
    invented: bool = False
    quorum: int = 0
