"""`minsheng session` and `look` at the command line."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import docx
import pytest

from minsheng.core.session import Session
from minsheng.core.session.codes import TopicState
from minsheng.doors.cli import session as verbs
from minsheng.doors.cli.main import main
from minsheng.foresee import sessions
from minsheng.ground.access import SYSTEM
from minsheng.respond import facts
from support.agenda import Agenda

pytestmark = pytest.mark.db


@pytest.fixture
def line(house, monkeypatch):
    """The command line in a house that is open already."""
    monkeypatch.setattr(verbs, "house", lambda _data: nullcontext())
    return lambda *words: main([*words])


def test_a_session_is_opened_on_the_months_last_working_day_and_closed(line, capsys) -> None:
    assert line("session", "open", "2027-01") == 0
    assert "2027-01: open, chaired by 市委书记, on 2027-01-29" in capsys.readouterr().out
    assert line("session", "open", "2027-01") == 2
    assert "已经有同编号的记录" in capsys.readouterr().err
    assert line("session", "close", "2027-01") == 0
    assert sessions.session("2027-01", SYSTEM)[0].closed


def test_what_cannot_be_is_one_sentence(line, capsys) -> None:
    assert line("session", "open", "2027-13") == 2
    assert "不是月份" in capsys.readouterr().err
    assert line("session", "close", "2031-01") == 2
    assert "there is no session 2031-01" in capsys.readouterr().err
    assert line("look") == 2
    assert "lake" in capsys.readouterr().err


def test_what_is_open_is_carried_over_when_the_month_is_closed(line, capsys, tmp_path: Path) -> None:
    agenda = Agenda()
    assert line("session", "close", agenda.month) == 2
    assert "还有 1 个议题没有闭环" in capsys.readouterr().err
    out = tmp_path / "pack.docx"
    assert line("session", "pack", agenda.month, "--out", str(out)) == 0
    assert any("数据湖尚未建立" in p.text for p in docx.Document(str(out)).paragraphs)
    assert line("session", "close", agenda.month, "--carry", "材料未到") == 0
    topic = sessions.topic(agenda.topic, SYSTEM)[0]
    assert topic.state is TopicState.DISPATCHED
    assert topic.carried_from == (agenda.month,)
    assert isinstance(sessions.session(agenda.month, SYSTEM)[0], Session)


def test_a_look_over_an_empty_lake_finds_nothing(line, capsys) -> None:
    facts.lake_now()
    assert line("look") == 0
    assert "rising: 0" in capsys.readouterr().out
