"""What every page of the residents' door keeps: light, no script, both languages, an answer to every mistake."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from minsheng.core import commands as say
from minsheng.respond import casework
from support.portal import REVIEWER, TEXT, filed, filled_in, replied

pytestmark = pytest.mark.db


@pytest.fixture
def client(house):
    from django.test import Client

    return Client()


def test_a_form_from_elsewhere_is_refused_in_plain_words(house) -> None:
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/new/what", {"text": TEXT})
    assert answer.status_code == 403
    assert "请再提交一次" in answer.content.decode()


DOORS = Path(__file__).parents[2] / "src" / "minsheng" / "doors"
PAGES = (
    "/",
    "/new/what",
    "/new/where",
    "/new/reach",
    "/new/check",
    "/track",
    "ORDER",
    "ORDER/receipt",
    "ORDER/withdraw",
    "ORDER/photo",
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_light_and_runs_without_script_or_inline_style(client, language) -> None:
    no, _ = filed(client)
    replied(no)
    filled_in(client)
    sheets = sum((DOORS / "static" / name).stat().st_size for name in ("minsheng.css", "portal.css", "icon.svg"))
    client.cookies["django_language"] = language
    for page in PAGES:
        answer = client.get(page.replace("ORDER", f"/my/{no}"))
        said = answer.content.decode()
        assert answer.status_code == 200, page
        assert len(answer.content) + sheets <= 60_000, page
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", said), page
        assert said.count("<h1") == 1, page
        assert "no-store" in answer["Cache-Control"]
        inner = {f for f in re.findall(r"<form[^>]*>", said) if "post" in f}
        assert said.count("csrfmiddlewaretoken") >= len(inner), page


def test_the_house_says_sorry_in_both_languages_when_it_fails(house) -> None:
    from django.template.loader import render_to_string

    said = render_to_string("500.html")
    assert "出" in said
    assert "12345" in said
    assert "went wrong" in said


def test_an_address_that_does_not_exist_says_where_to_go(client) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert "回到首页" in answer.content.decode()


def test_large_print_is_kept_and_says_how_to_go_back(client) -> None:
    client.post("/look", {"size": "big", "next": "/"})
    said = client.get("/").content.decode()
    assert 'class="portal big"' in said
    assert "标准字号" in said


def _msgids():
    """Every sentence that the door's pages translate."""
    from babel.messages.extract import extract
    from django.utils.translation.template import templatize

    templates = DOORS / "templates"
    pages = [*templates.glob("portal/*.html"), *templates.glob("40*.html"), templates / "components" / "size.html"]
    for file in [*(DOORS / "portal").glob("*.py"), *pages]:
        source = file.read_text("utf-8")
        if file.suffix == ".html":
            source = templatize(source, origin=str(file))
        for _line, said, _comments, _context in extract(
            "python", io.BytesIO(source.encode()), {"_": None, "gettext": None}
        ):
            yield said


def test_every_sentence_has_its_english_with_the_same_figures_in_it() -> None:
    from babel.messages.pofile import read_po

    with (DOORS / "locale" / "en" / "LC_MESSAGES" / "django.po").open("rb") as source:
        english = read_po(source)
    said = list(_msgids())
    assert len(said) > 150
    for sentence in said:
        found = english.get(sentence)
        assert found is not None, sentence
        assert found.string, sentence
        assert set(re.findall(r"%\(\w+\)s", sentence)) == set(re.findall(r"%\(\w+\)s", found.string)), sentence


def test_english_pages_hold_no_chinese_but_what_people_wrote(client) -> None:
    no, _ = filed(client, "heating off")
    replied(no, "repaired")
    casework.handle(no, say.ReviewReply(accepted=True), REVIEWER)
    client.cookies["django_language"] = "en"
    client.post("/new/what", {"text": "dark street"})
    for page in (
        *PAGES[:4],
        "/track",
        f"/my/{no}",
        f"/my/{no}/receipt",
        f"/my/{no}/detail",
        f"/my/{no}/photo",
        f"/my/{no}/answer/solved",
        "/x",
    ):
        said = client.get(page).content.decode()
        said = said.replace("东大街幸福小区3号楼", "").replace("上门前打电话", "").replace('lang="zh-CN">中文', "")
        assert not re.findall(r"[\u4e00-\u9fff]+", said), page
