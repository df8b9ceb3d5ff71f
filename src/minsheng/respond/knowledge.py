"""Knowledge at hand (知识库): what an agent answers from. An entry is changed by a new version; the old one stays, so
that an answer keeps the version that it was given from ("id@version")."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import rjieba
from django.db import connection, transaction

from minsheng.ground import present

COLUMNS = ("title", "content", "category", "unit", "keywords", "kind", "valid_until")
_HEADS = {"标题": "title", "内容": "content", "类别": "category", "单位": "unit", "关键词": "keywords"} | {
    "种类": "kind",
    "有效期至": "valid_until",
}
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a knowledge entry."""

    id: int
    version: int
    title: str
    content: str
    category: str | None = None
    unit: str | None = None
    keywords: str = ""
    kind: str = "guide"
    valid_until: date | None = None

    @property
    def reference(self) -> str:
        """What an answer stores: id@version."""
        return f"{self.id}@{self.version}"

    @property
    def ended(self) -> bool:
        """Past its validity: shown, never proposed as an answer."""
        today = present.city().calendar.local_date(present.now())
        return self.valid_until is not None and self.valid_until < today


class Invalid(ValueError):
    """An entry that cannot be kept; `problems` are sentences by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def words_in(text: str, limit: int = 12) -> list[str]:
    """The words of `text` that a search is worth, the longest first: two characters or more, single ones that stand
    together taken as one word (停+暖 → 停暖)."""
    found: dict[str, None] = {}
    loose = ""
    for word in (*rjieba.cut(text), " "):
        if len(word) == 1 and word.isalnum():
            loose += word
            continue
        for whole in (loose[:4], word.strip()):
            if len(whole) >= 2:
                found[whole] = None
        loose = ""
    return sorted(found, key=len, reverse=True)[:limit]


def search(words: Sequence[str], limit: int = 20) -> list[Entry]:
    """Live entries that hold any of `words`, title and keywords counting three times; without words the newest."""
    with connection.cursor() as cursor:
        if not words:
            cursor.execute(
                "SELECT id, version, title, content, category, unit, keywords, kind, valid_until "
                "FROM respond_knowledge WHERE live ORDER BY at DESC LIMIT %s",
                [limit],
            )
        else:
            cursor.execute(
                "SELECT id, version, title, content, category, unit, keywords, kind, valid_until "
                "FROM respond_knowledge, LATERAL (SELECT coalesce(sum("
                "3 * (strpos(title || ' ' || keywords, w) > 0)::int + (strpos(content, w) > 0)::int), 0) AS hits "
                "FROM unnest(%s::text[]) AS w) s WHERE live AND s.hits > 0 ORDER BY s.hits DESC, id LIMIT %s",
                [list(words), limit],
            )
        return [Entry(*row) for row in cursor.fetchall()]


def entry(number: int, version: int | None = None) -> Entry | None:
    """An entry in its newest or the named version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, version, title, content, category, unit, keywords, kind, valid_until "
            "FROM respond_knowledge WHERE id = %s AND (%s::int IS NULL OR version = %s) "
            "ORDER BY version DESC LIMIT 1",
            [number, version, version],
        )
        row = cursor.fetchone()
    return Entry(*row) if row else None


def save(given: Entry, by: str) -> Entry:
    """Keep `given` as a new entry (id 0) or as the next version of its own; a live entry of the same title is taken
    as the one meant. Unchanged content makes no version. Raises Invalid."""
    _check(given)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('respond_knowledge'))")
        cursor.execute(
            "SELECT id, version, title, content, category, unit, keywords, kind, valid_until "
            "FROM respond_knowledge WHERE live AND (id = %s OR title = %s) ORDER BY id = %s DESC",
            [given.id, given.title, given.id],
        )
        standing = [Entry(*row) for row in cursor.fetchall()]
        if len(standing) > 1:
            raise Invalid({"title": "另一条知识已用这个标题，请换一个标题。"})
        if standing and replace(given, id=standing[0].id, version=standing[0].version) == standing[0]:
            return standing[0]
        values: list[Any] = [given.title, given.content, given.category, given.unit, given.keywords, given.kind]
        values += [given.valid_until, by]
        if not standing:
            cursor.execute(
                "INSERT INTO respond_knowledge "
                "(version, title, content, category, unit, keywords, kind, valid_until, by) "
                "VALUES (1, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                values,
            )
            return replace(given, id=cursor.fetchone()[0], version=1)
        old = standing[0]
        cursor.execute("UPDATE respond_knowledge SET live = false WHERE id = %s AND live", [old.id])
        cursor.execute(
            "INSERT INTO respond_knowledge "
            "(id, version, title, content, category, unit, keywords, kind, valid_until, by) "
            "OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [old.id, old.version + 1, *values],
        )
        return replace(given, id=old.id, version=old.version + 1)


def _check(given: Entry) -> None:
    problems = {}
    if not given.title.strip() or len(given.title) > 200:
        problems["title"] = "请填写标题，不超过 200 字。"
    if not given.content.strip() or len(given.content) > _LONGEST:
        problems["content"] = "请填写内容，不超过 20000 字。"
    pack = present.city()
    if given.category and given.category not in pack.taxonomy.categories:
        problems["category"] = "没有这个类别，请填写城市包中的类别代码。"
    if given.unit and given.unit not in pack.units:
        problems["unit"] = "没有这个单位，请填写城市包中的单位代码。"
    if problems:
        raise Invalid(problems)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `refused` are (line number, sentence)."""

    kept: int
    refused: tuple[tuple[int, str], ...]


def import_csv(content: bytes, by: str) -> Imported:
    """Take in a CSV with a head of COLUMNS or their Chinese names (UTF-8 or GB 18030), row by row. Raises Invalid
    when the file itself cannot be read."""
    text = _decoded(content)
    reader = csv.DictReader(io.StringIO(text))
    heads = [_HEADS.get(h.strip(), h.strip()) for h in reader.fieldnames or []]
    if not {"title", "content"} <= set(heads):
        raise Invalid({"file": "表头须有“标题”和“内容”两列，请对照示例检查第一行。"})
    reader.fieldnames = heads
    kept, refused = 0, []
    for line, row in enumerate(reader, start=2):
        try:
            save(_entry(row), by)
            kept += 1
        except Invalid as invalid:
            refused.append((line, " ".join(invalid.problems.values())))
    return Imported(kept, tuple(refused))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid({"file": "文件不是 UTF-8 或 GB 18030 编码的 CSV，请另存后再试。"})


def _entry(row: dict[str, Any]) -> Entry:
    given = {c: (row.get(c) or "").strip() for c in COLUMNS}
    try:
        until = date.fromisoformat(given["valid_until"]) if given["valid_until"] else None
    except ValueError:
        raise Invalid({"valid_until": "有效期请写成 2027-12-31 这样的日期。"}) from None
    kind = given["kind"] or "guide"
    category, unit = given["category"] or None, given["unit"] or None
    return Entry(0, 0, given["title"], given["content"], category, unit, given["keywords"], kind, until)
