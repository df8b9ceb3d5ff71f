"""Every word of the pages has its English, and every refusal that a person can meet."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import minsheng
from minsheng.doors.frame.translations import compile_catalogues

ROOM = Path(minsheng.__file__).parent
DOORS = ROOM / "doors"
PO = DOORS / "locale" / "en" / "LC_MESSAGES" / "django.po"
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
REFUSALS = {"refuse", "need", "Refused", "Forbidden", "Problem", "Invalid"}
TRANSLATE = re.compile(r"""\{%\s*trans(?:late)?\s+(?:"([^"]*)"|'([^']*)')""")
BLOCK = re.compile(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.S)
CHINESE = re.compile("[一-鿿]")


def of_templates() -> Iterator[str]:
    for path in sorted(DOORS.rglob("*.html")):
        text = path.read_text("utf-8")
        yield from (a or b for a, b in TRANSLATE.findall(text))
        yield from (re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", block) for block in BLOCK.findall(text))


def calls(folder: Path, names: set[str]) -> Iterator[ast.Call]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
                yield node


def strings(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        for node in ast.walk(argument):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
                yield node.value


def wanted() -> set[str]:
    found = set(of_templates())
    for call in calls(DOORS, MARKS):
        if call.args and isinstance(call.args[0], ast.Constant):
            found.add(call.args[0].value)
    for folder in (ROOM / "core", ROOM / "respond", DOORS / "desks"):
        for call in calls(folder, REFUSALS):
            if not any(isinstance(a, ast.JoinedStr) for a in call.args):
                found.update(strings(call))
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file)


def test_every_word_of_a_page_has_its_english(catalogue: Catalog) -> None:
    english = {m.id if isinstance(m.id, str) else m.id[0]: m for m in catalogue if m.id}
    assert sorted(w for w in wanted() if w not in english) == []
    empty = [i for i, m in english.items() if not (m.string if isinstance(m.string, str) else all(m.string))]
    assert empty == []


def test_no_translation_is_a_guess_left_standing(catalogue: Catalog) -> None:
    assert [m.id for m in catalogue if m.id and m.fuzzy] == []


def test_a_translation_keeps_the_places_to_fill(catalogue: Catalog) -> None:
    place = re.compile(r"%\(\w+\)[sd]")
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, str) else message.id[0]
        for said in [message.string] if isinstance(message.string, str) else message.string:
            if set(place.findall(ids)) != set(place.findall(said)):
                wrong.append(ids)
    assert wrong == []


def test_a_translation_with_places_can_be_filled(catalogue: Catalog) -> None:
    """A bare per-cent sign breaks the page that fills the sentence."""
    place = re.compile(r"%\((\w+)\)")
    wrong = []
    for message in catalogue:
        forms = [message.id, message.string] if isinstance(message.string, str) else [*message.id, *message.string]
        for said in forms:
            if names := place.findall(str(said)):
                try:
                    str(said) % dict.fromkeys(names, 1)
                except (TypeError, ValueError):
                    wrong.append(said)
    assert wrong == []


def test_the_catalogue_is_made_once_and_again_when_the_words_change(tmp_path: Path) -> None:
    target = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    target.parent.mkdir(parents=True)
    target.write_bytes(PO.read_bytes())
    (made,) = compile_catalogues(tmp_path)
    with made.open("rb") as file:
        assert read_mo(file).get("派单池").string == "Dispatch pool"
    assert compile_catalogues(tmp_path) == []
    later = made.stat().st_mtime + 5
    import os

    os.utime(target, (later, later))
    assert compile_catalogues(tmp_path) == [made]
