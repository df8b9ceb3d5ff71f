"""Where a city's data are not real, what leaves the house says so: each page, each answer, each file handed over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import psycopg
import pytest

from minsheng.core import commands as say
from minsheng.core.codes import Grade, Kind, Role, State
from minsheng.core.order import Actor
from minsheng.foresee import topics
from minsheng.foresee.topics import Finding, FindingKind
from minsheng.ground import present
from minsheng.ground.access import SYSTEM
from minsheng.respond import casework, facts, files, intake, knowledge
from support.agenda import Agenda

pytestmark = pytest.mark.db

HEADER = "X-Minsheng-Data"
BANNER = '<p class="simulated" role="note">'
INVENTED = "本市及其数据均为虚构，仅供演示和测试"
LOADED = "非真实诉求，仅供测试"
READ_BY_NOBODY = {
    *("staff", "set_language", "look", "logout", "draft", "beside", "do", "reveal", "files", "callback-answer"),
    *("callback-number", "portal:leave", "topic-do", "month-do", "mechanism-do", "finding-propose", "measure"),
}
"""Addresses that only take something in, or send on to the reader's own desk."""
NO_PAGE = {"names", "file", "portal:file", "pack", "report", "special"}
"""Addresses that answer with names to choose from or with a file; their header and file name carry the mark."""
STAFF = (Role.AGENT, Role.SUPERVISOR, Role.CALLER_BACK, Role.KNOWLEDGE_EDITOR, Role.ANALYST)


@pytest.fixture
def invented(house, monkeypatch) -> None:
    """A city that does not exist."""
    real = present.city()
    pack = replace(real, city=replace(real.city, invented=True))
    monkeypatch.setattr(present, "city", lambda: pack)


@pytest.fixture
def loaded(house) -> None:
    """A real city into whose database a simulation run was loaded."""
    with psycopg.connect(house.conninfo("loader")) as connection:
        connection.execute("INSERT INTO ground_simulation (plan, fingerprint) VALUES ('{}', 'x')")
    present._asked.clear()


@dataclass
class House:
    """The house's addresses with what stands behind them, and browsers of everybody who may read them."""

    behind: dict[str, list[object]]
    browsers: list[object]

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Name and address of each page, for each thing that may stand in its address."""
        from django.urls import reverse

        for name, parameters in patterns():
            for values in product(*(self.behind[p] for p in parameters)):
                yield name, reverse(name, kwargs=dict(zip(parameters, values, strict=True)))

    def answers(self) -> Iterator[tuple[str, str, object]]:
        """Name, address and answer of each address, for each browser."""
        for name, address in self.addresses():
            for browser in self.browsers:
                yield name, address, browser.get(address)


def patterns() -> Iterator[tuple[str, list[str]]]:
    """Name and parameters of every address of portal, desks and frame, from the list of addresses itself."""
    from minsheng.doors.ahead.urls import urlpatterns as ahead
    from minsheng.doors.desks.urls import urlpatterns as desks
    from minsheng.doors.frame.urls import urlpatterns as frame
    from minsheng.doors.portal.urls import app_name
    from minsheng.doors.portal.urls import urlpatterns as portal

    for prefix, urls in (("", frame), ("", desks), ("", ahead), (f"{app_name}:", portal)):
        for one in urls:
            yield prefix + one.name, list(one.pattern.converters)


def rising() -> int:
    """A finding of the nightly look."""
    day = present.now().date()
    topics.keep(day, FindingKind.RISING, [Finding(FindingKind.RISING, "x", "路灯", day, day, 9.0)], SYSTEM)
    return topics.findings(SYSTEM)[0].id


def called_back(unit: str) -> str:
    """An order that waits for its call-back."""
    no = intake.receive(intake.Request(text="停暖两天")).no
    desk = Actor("desk", Role.UNIT_DESK, unit)
    for by, command in [
        (
            Actor("a", Role.AGENT),
            say.Submit(category=present.city().taxonomy.leaves[0].code, kind=Kind.COMPLAINT),
        ),
        (Actor("d", Role.DISPATCHER), say.Dispatch(lead=present.unit_ref(unit))),
        (desk, say.Sign()),
        (desk, say.Reveal(grounds="上门前打电话")),
        (desk, say.Reply(contacted=True, reply="已修", public_reply="已修好")),
        (Actor("r", Role.REVIEWER), say.ReviewReply(accepted=True)),
    ]:
        casework.handle(no, command, by)
    assert casework.view(no, SYSTEM)[1].state is State.TO_CALL_BACK
    return no


def closed(unit: str) -> str:
    """An order that is closed, whose ballot is open."""
    no = called_back(unit)
    said = say.CallBack(contacted=True, resolved=True, grade=Grade.SATISFIED)
    order, _ = casework.handle(no, said, Actor("b", Role.CALLER_BACK))
    assert order.state is State.CLOSED
    return no


@pytest.fixture
def walk(house, monkeypatch) -> House:
    """Three orders, a file, an entry of knowledge, and browsers of residents, desks and a unit."""
    from django.test import Client

    from minsheng.ground.models import Account

    unit = next(u.code for u in present.city().units.values() if u.level == 2)
    monkeypatch.setattr(casework, "drawn", lambda _: False)
    new, waiting, done = intake.receive(intake.Request(text="路灯不亮")).no, called_back(unit), closed(unit)
    paper = files.add(new, "a.pdf", b"%PDF-1.7\n%%EOF\n", intake.RESIDENT)
    number = knowledge.save(knowledge.Entry(0, 0, "供热时间", "十一月十五日起", keywords="暖气"), "k").id
    month = Agenda(unit)
    facts.lake_now()
    resident = Client(headers={"accept-language": "zh-CN"})
    for no in (new, waiting, done):
        resident.post("/track", {"no": no, "code": intake.code_of(no)})
    resident.post("/new/what", {"text": "路灯不亮"})
    resident.post("/new/where", {"unknown": "1"})
    resident.post("/new/reach", {"reply": "no"})
    browsers = [resident, Client(headers={"accept-language": "zh-CN"})]
    for role, of in [*((r, None) for r in STAFF), (Role.UNIT_DESK, unit)]:
        browser = Client(headers={"accept-language": "zh-CN"})
        account = Account.objects.make(f"{role.value}-1", role, of)
        browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        browsers.append(browser)
    behind = {
        **{"no": [new, waiting, done], "identity": [paper], "number": [number], "kind": ["unit"]},
        **{"topic_no": [month.topic], "month": [month.month], "mechanism_no": [month.mechanism], "n": [1]},
        **{"finding": [rising()], "order": [new], "span": ["day", "year"]},
        **{"step": ["what", "solved"], "action": ["detail", "nudge", "nothing-of-the-kind"]},
    }
    return House(behind, browsers)


def document(answer) -> str | None:
    """The text of a whole page; None of a redirect, a file or names to choose from."""
    if not answer.headers.get("Content-Type", "").startswith("text/html") or not answer.content:
        return None
    text = answer.content.decode()
    assert text.lstrip().startswith("<!doctype html>"), "a piece of a page needs its page"
    return text


def assert_marked(text: str, sentence: str) -> None:
    assert text.count(BANNER) == 1
    banner = text.partition(BANNER)[2].partition("</p>")[0]
    assert banner == f"<strong>模拟数据</strong> <span>{sentence}</span>"
    assert "<title>【模拟】" in text
    assert "simulated.css" in text


@pytest.mark.parametrize(("city", "sentence"), [("invented", INVENTED), ("loaded", LOADED)])
def test_every_page_of_portal_and_desks_says_that_its_data_are_simulated(walk, request, city, sentence) -> None:
    request.getfixturevalue(city)
    read = set()
    for name, address, answer in walk.answers():
        assert answer.headers[HEADER] == "simulated", address
        text = document(answer)
        if text is not None:
            assert_marked(text, sentence)
        if answer.status_code == 200:
            read.add(name)
            assert (text is None) == (name in NO_PAGE), address
    assert {name for name, _ in patterns()} - read == READ_BY_NOBODY


def test_no_page_of_a_real_city_speaks_of_simulation(walk) -> None:
    for _name, address, answer in walk.answers():
        assert HEADER not in answer.headers, address
        assert "模拟" not in (document(answer) or ""), address
        assert "simulated" not in (document(answer) or ""), address
        assert "%E6%A8%A1" not in answer.headers.get("Content-Disposition", ""), address


def test_the_mark_is_in_english_on_an_english_page_and_takes_no_focus(walk, invented) -> None:
    from django.test import Client

    text = Client(headers={"accept-language": "en"}).get("/").content.decode()
    banner = text.partition(BANNER)[2].partition("</p>")[0]
    told = re.sub("<[^>]+>", "", banner)
    assert told == "Simulated data this city and its data are invented, for demonstration and testing only"
    assert "<title>[Simulated] " in text
    assert not re.search("<a |<button|<input|tabindex", banner)


def test_pages_of_errors_say_it_too_even_when_the_database_is_not_asked(walk, loaded) -> None:
    from django.http import HttpRequest
    from django.test import Client
    from django.views.defaults import bad_request, permission_denied, server_error

    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})
    assert_marked(strict.get("/no/such/page").content.decode(), LOADED)
    assert_marked(strict.post("/new/what", {"text": "a"}).content.decode(), LOADED)
    request = HttpRequest()
    assert_marked(permission_denied(request, Exception()).content.decode(), LOADED)
    for answer in (bad_request(request, Exception()), server_error(request)):
        text = answer.content.decode()
        assert BANNER in text
        assert "模拟数据" in text
        assert "<title>【模拟】" in text


def test_pages_of_errors_of_a_real_city_do_not_say_it(house) -> None:
    from django.http import HttpRequest
    from django.views.defaults import bad_request, server_error

    for answer in (bad_request(HttpRequest(), Exception()), server_error(HttpRequest())):
        assert "模拟" not in answer.content.decode()


def test_a_file_that_is_handed_over_has_the_mark_in_its_name(walk, loaded) -> None:
    from urllib.parse import unquote

    no, paper = walk.behind["no"][0], walk.behind["identity"][0]
    resident, agent = walk.browsers[0], walk.browsers[2]
    for browser, address in [(resident, f"/my/{no}/files/{paper}"), (agent, f"/staff/orders/{no}/files/{paper}")]:
        place, _, name = browser.get(address).headers["Content-Disposition"].partition("; ")
        assert place == "attachment"
        assert unquote(name).endswith("-模拟数据.pdf")


def test_every_answer_of_the_interface_carries_the_header_and_its_description_says_it(house, invented) -> None:
    from django.test import Client

    client = Client()
    filed = client.post("/api/v1/requests", {"text": "路灯不亮"}, content_type="application/json")
    refused = client.post("/api/v1/requests", {}, content_type="application/json")
    unknown = client.post("/api/v1/requests/QH1/track", {"code": "x"}, content_type="application/json")
    shut, health = client.get("/api/v1/orders"), client.get("/healthz")
    answers = (filed, refused, unknown, shut, health)
    assert [a.status_code for a in answers] == [201, 422, 404, 401, 200]
    assert {a.headers[HEADER] for a in answers} == {"simulated"}
    described = client.get("/api/openapi.json")
    assert "模拟数据" in json.loads(described.content)["info"]["description"]


def test_a_real_city_s_interface_says_nothing_of_it(house) -> None:
    from django.test import Client

    described = Client().get("/api/openapi.json")
    assert HEADER not in described.headers
    assert "模拟" not in described.content.decode()


def test_filing_a_request_never_asks_whether_the_data_are_simulated_and_says_what_reading_found(
    house, loaded, monkeypatch
) -> None:
    from django.test import Client

    client = Client()

    def file(number: int):
        body = {"text": "路灯不亮", "external_id": str(number)}
        return client.post("/api/v1/requests", body, content_type="application/json")

    with monkeypatch.context() as watched:
        watched.setattr(present, "simulated", lambda: pytest.fail("filing asked"))
        assert HEADER not in file(1).headers
    assert client.get("/healthz").headers[HEADER] == "simulated"
    assert file(2).headers[HEADER] == "simulated"
