"""Plain tables in and out (CSV, Excel): the columns a person names, as text, in their order."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

ENCODINGS = ("utf-8-sig", "gb18030")


class TableError(ValueError):
    """A table that cannot be read as asked; the sentence says what to do."""


def read_columns(path: Path, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The named columns of a .csv or .xlsx table, one tuple a row, blanks as ``""``. The first row names the columns;
    of a workbook the first sheet is read. CSV may be UTF-8 or GB 18030."""
    rows = read_rows(path)
    if not rows:
        raise TableError(f"{path.name} is empty: its first row must name the columns.")
    header = [name.strip() for name in rows[0]]
    missing = [name for name in columns if name not in header]
    if missing:
        raise TableError(
            f"{path.name} has no column {', '.join(missing)}. Its columns are: {', '.join(filter(None, header))}. "
            "Name one of these."
        )
    places = [header.index(name) for name in columns]
    return [tuple(row[i] if i < len(row) else "" for i in places) for row in rows[1:]]


def read_rows(path: Path) -> list[list[str]]:
    """All rows of a .csv or .xlsx table as text, the header among them; TableError when it cannot be read."""
    if not path.is_file():
        raise TableError(f"There is no file {path}: check the name and the folder.")
    return _workbook(path) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv(path)


def _csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        csv.field_size_limit(max(csv.field_size_limit(), len(raw) + 1))
        return [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    raise TableError(f"{path.name} is neither UTF-8 nor GB 18030 text: save it as CSV UTF-8 or as .xlsx and try again.")


def _workbook(path: Path) -> list[list[str]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError) as error:
        raise TableError(f"{path.name} cannot be read as an Excel workbook: save it again as .xlsx.") from error
    try:
        rows = [
            ["" if cell is None else str(cell) for cell in row]
            for row in book.worksheets[0].iter_rows(values_only=True)
        ]
    finally:
        book.close()
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a UTF-8 CSV with a byte order mark, so that spreadsheets show Chinese; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
