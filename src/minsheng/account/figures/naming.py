"""Names of the parts (名称): the city pack's and the code list's, in both languages."""

from __future__ import annotations

from minsheng.account.figures.cells import REST
from minsheng.core.codes import TERMS
from minsheng.ground.city import CityPack

WHOLE = ("全市", "The whole city")
TOGETHER = ("合并列出", "Listed together")
UNKNOWN = {
    "county": ("地点不明或不分县区", "No county known or concerned"),
    "channel": ("渠道不明", "Channel not known"),
    "kind": ("类型未定", "Kind not decided"),
}


def names(pack: CityPack, by: str, code: str) -> tuple[str, str]:
    """The Chinese and the English name of a part; the whole city where `by` is empty."""
    if not by:
        return WHOLE
    if code == REST:
        return TOGETHER
    if not code:
        return UNKNOWN[by]
    if by == "kind":
        return TERMS.get(("Kind", code), (code, code))
    row = (pack.areas if by == "county" else pack.channels).get(code)
    return (row.name, row.name_en or row.name) if row else (code, code)
