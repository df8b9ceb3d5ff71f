"""Tables that an auditor brings (导入的表): CSV in UTF-8 or GB 18030, with the columns by name in any order. What
cannot be read is told in one sentence that names the line and what to put right, and nothing of the file is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from minsheng.ground import present

LARGEST = 20 * 1024 * 1024
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S")


class BadFile(ValueError):
    """A file cannot be read. `message` says which line and what to put right, with `given` to be put in (%)."""

    def __init__(self, message: str, **given: object) -> None:
        super().__init__(message % given)
        self.message, self.given = message, given


def table(
    content: bytes, columns: Sequence[str], other_names: Mapping[str, str] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the number of its line. `other_names` are further headers, by what they stand for here."""
    if len(content) > LARGEST:
        raise BadFile("文件太大，请按天分开上传。")
    rows = csv.DictReader(io.StringIO(_text(content), newline=""))
    named = {(other_names or {}).get(_plain(name), _plain(name)): name for name in rows.fieldnames or ()}
    if missing := [column for column in columns if column not in named]:
        raise BadFile(
            "表头里没有“%(column)s”一列；应有的列：%(columns)s。", column=missing[0], columns=", ".join(columns)
        )
    try:
        for row in rows:
            yield rows.line_num, {c: (row[named[c]] or "").strip() for c in columns}
    except csv.Error as error:
        raise BadFile("第 %(line)s 行读不出来，请另存为标准 CSV 再上传。", line=rows.line_num) from error


def moment(written: str, line: int) -> datetime:
    """A time, in the city's zone unless it says another. BadFile otherwise."""
    zone = present.city().calendar.zone
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        for form in _FORMS:
            try:
                at = datetime.strptime(written, form).replace(tzinfo=zone)
                break
            except ValueError:
                continue
        else:
            raise BadFile(
                "第 %(line)s 行：时间“%(written)s”看不懂，请写成 2026-10-08 09:05:00。", line=line, written=written
            ) from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("文件的编码不是 UTF-8 也不是 GB 18030，请另存为 UTF-8 的 CSV 再上传。")


def _plain(name: str) -> str:
    return (name or "").strip().lower()
