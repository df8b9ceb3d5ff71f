"""Machine redaction (自动脱敏): the copy that search and level 3 may read has identity taken out.

Patterns, not understanding: what a person reviews (the dispatch text) stays reviewed. GB/T 35273 names the kinds."""

from __future__ import annotations

import re

from minsheng.ground.vault import Person

_PATTERNS = (
    (
        "",
        re.compile(r"(?<![0-9])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9])"),
        "〔证件号〕",
    ),
    ("", re.compile(r"(?<![0-9])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9])"), "〔电话〕"),
    ("", re.compile(r"(?<![0-9])0\d{2,3}[- ]?\d{7,8}(?![0-9])"), "〔电话〕"),
    ("", re.compile(r"(?<![0-9])\d{16,19}(?![0-9])"), "〔卡号〕"),
    ("@", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "〔邮箱〕"),
    (
        "",
        re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6}"),
        "〔车牌〕",
    ),
    ("", re.compile(r"(?:微信|QQ|qq|微信号)[号:： ]{0,3}[A-Za-z0-9_-]{5,20}"), "〔账号〕"),
    ("", re.compile(r"(我(?:叫|是)|姓名[:：]?|本人)\s*[\u4e00-\u9fff]{2,3}(?=[，,。；;、 ]|$)"), r"\1〔姓名〕"),
    ("", re.compile(r"\d{1,3}\s*(?:号楼|栋|幢|座)\s*(?:\d{1,2}\s*单元)?\s*\d{1,4}\s*(?:室|户|号)?"), "〔门牌〕"),
    ("单元", re.compile(r"\d{1,2}\s*单元\s*\d{1,4}\s*(?:室|户|号)?"), "〔门牌〕"),
)
"""A sign without which nothing of the kind is in a text, its pattern, and what stands in its place."""


def redact(text: str, person: Person | None = None) -> str:
    """`text` with numbers, plates, mail, door numbers and the requester's own name and phone taken out."""
    if person is not None:
        for own in (person.name, person.phone):
            if len(own) >= 2:
                text = text.replace(own, "〔本人〕")
    for sign, pattern, instead in _PATTERNS:
        if sign in text:
            text = pattern.sub(instead, text)
    return text
