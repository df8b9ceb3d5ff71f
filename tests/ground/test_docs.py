"""What is written for people holds: links lead somewhere, verbs exist, tables of commands say what the code says."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest

from minsheng.core.commands import COMMANDS
from minsheng.core.workflow import WORKFLOW
from minsheng.doors.cli.main import parser
from minsheng.respond.saying import SPOKEN

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURES = (
    "order", "pool", "inbox", "callback", "portal", "agent",
    "board", "volumes", "figures", "appraisal", "signs", "audit",
)  # fmt: skip
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VERB = re.compile(r"\./minsheng ([a-z][a-z-]*)")
ROW = re.compile(r"^\| `([a-z_]+)` \|([^|]*)\|([^|]*)\|", re.M)
FILLED_IN = {"into_state", "drawn"}
"""Fields that the house fills in itself."""


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def codes(cell: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", cell))


def verbs() -> set[str]:
    found = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return set(found.choices)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_and_picture_of_a_page_exists(page: Path) -> None:
    targets = [t for t in LINK.findall(page.read_text("utf-8")) if not re.match(r"[a-z]+:|#", t)]
    absent = [t for t in targets if not (page.parent / unquote(t.partition("#")[0])).exists()]
    assert absent == []


@pytest.mark.parametrize("picture", PICTURES)
def test_every_picture_of_the_guides_has_been_taken(picture: str) -> None:
    assert (ROOT / "docs" / "pictures" / f"{picture}.png").is_file()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_verb_that_a_page_names_is_a_verb_of_the_program(page: Path) -> None:
    assert set(VERB.findall(page.read_text("utf-8"))) - verbs() == set()


def test_every_verb_of_daily_work_is_explained_in_both_languages() -> None:
    daily = verbs() - {"worker"}
    for language in ("zh", "en"):
        folder = ROOT / "docs" / "guide" / language
        named = {v for page in folder.glob("*.md") for v in VERB.findall(page.read_text("utf-8"))}
        assert daily - named == set(), language


def test_every_guide_stands_in_both_languages_and_in_its_index() -> None:
    zh, en = (ROOT / "docs" / "guide" / language for language in ("zh", "en"))
    guides = {p.name for p in zh.glob("*.md")}
    assert guides == {p.name for p in en.glob("*.md")}
    for folder in (zh, en):
        index = set(LINK.findall((folder / "README.md").read_text("utf-8")))
        assert guides - {"README.md"} - index == set()


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = set(LINK.findall((folder / "README.md").read_text("utf-8")))
    assert {p.name for p in folder.glob("0*.md")} == index


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_of_commands_names_every_field_and_every_role_that_the_code_knows(language: str) -> None:
    page = (ROOT / "docs" / "guide" / language / "api.md").read_text("utf-8")
    rows = {command: (codes(given), codes(roles)) for command, given, roles in ROW.findall(page) if command in COMMANDS}
    expected = {
        command: (
            {f.name for f in fields(COMMANDS[command])} - FILLED_IN,
            {r.value for r in WORKFLOW[command][0]} - {"system"},
        )
        for command in SPOKEN
    }
    assert rows == expected
