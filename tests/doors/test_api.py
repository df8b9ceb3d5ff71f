"""The HTTP interface that other systems build on: what is promised is answered, in these codes and forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from minsheng.core import commands as say
from minsheng.core.codes import UNIT_ROLES, Role
from minsheng.core.order import Actor
from minsheng.ground import present
from minsheng.respond import casework, intake, tries
from minsheng.respond.saying import SPOKEN

pytestmark = pytest.mark.db

TEXT = "东大街路灯不亮"
AGENT, DISPATCHER = Actor("agent1", Role.AGENT), Actor("disp1", Role.DISPATCHER)


class Door:
    """A client of the API, with a token or without."""

    def __init__(self, token: str | None = None) -> None:
        from django.test import Client

        self._client = Client(headers={"authorization": f"Bearer {token}"} if token else {})

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON of a POST; `body` as JSON, or as it is when bytes."""
        sent = body if isinstance(body, bytes) else json.dumps(body)
        answer = self._client.post(f"/api/v1/{path}", sent, content_type="application/json")
        return answer.status_code, answer.json()

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a GET."""
        answer = self._client.get(f"/api/v1/{path}")
        return answer.status_code, answer.json()


@pytest.fixture
def resident(house) -> Door:
    return Door()


@pytest.fixture
def staff(house) -> Callable[..., Door]:
    from minsheng.doors.api.root import token_digest
    from minsheng.ground.models import Account, Token

    def of(role: Role, unit: str | None = None) -> Door:
        account = Account.objects.make(f"{role.value}@{unit or 'centre'}", role, unit)
        Token.objects.get_or_create(digest=token_digest(account.username), account=account)
        return Door(account.username)

    return of


@pytest.fixture
def units(house) -> tuple[str, str, str]:
    """A county, a township below it, and a sibling of that township."""
    pack = present.city().units
    town = next(u for u in pack.values() if u.level == 3 and u.kind == "township")
    sibling = next(u for u in pack.values() if u.parent == town.parent and u.code != town.code)
    return town.parent, town.code, sibling.code


def leaf() -> str:
    return present.city().taxonomy.leaves[0].code


def dispatched(unit: str) -> str:
    no = intake.receive(intake.Request(text=TEXT)).no
    casework.handle(no, say.Submit(category=leaf()), AGENT)
    casework.handle(no, say.Dispatch(lead=present.unit_ref(unit)), DISPATCHER)
    return no


def test_a_request_is_answered_with_number_code_and_promise(resident: Door) -> None:
    everything = {
        **{"text": TEXT, "title": "路灯", "name": "王小明", "phone": "138 1234-5678", "address": "东大街"},
        **{"lon": 114.35, "lat": 36.1, "channel": "web", "external_id": "x1", "kind": "complaint"},
        **{"reply_wanted": True, "secret": False},
    }
    status, receipt = resident.post("requests", everything)
    assert status == 201
    assert set(receipt) == {"order_no", "code", "due", "receipt"}
    assert receipt["code"] == intake.code_of(receipt["order_no"])
    due = datetime.fromisoformat(receipt["due"])
    assert due.tzinfo is not None
    assert due > present.now()


def test_the_promise_is_the_dispatch_limit_and_then_the_handling_limit(resident: Door) -> None:
    now = present.now()
    present.clock.append(lambda: now)
    try:
        _, receipt = resident.post("requests", {"text": TEXT})
    finally:
        present.clock.pop()
    policy = present.policy(now)
    order = casework.view(receipt["order_no"], AGENT)[1]
    assert order.clock is not None
    limit = policy.handling_due(order.clock.due, "", order.urgency, "web")
    assert abs(datetime.fromisoformat(receipt["due"]) - limit) < timedelta(milliseconds=2)


def test_the_same_message_again_is_the_same_order(resident: Door) -> None:
    body = {"text": TEXT, "external_id": "x1", "channel": "web"}
    first, again = resident.post("requests", body), resident.post("requests", body)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    status, refusal = resident.post("requests", body | {"text": "另一件事"})
    assert status == 409
    assert set(refusal) == {"code", "message"}
    assert first[1]["order_no"] not in json.dumps(refusal)
    assert first[1]["code"] not in json.dumps(refusal)
    assert resident.post("requests", body | {"channel": "phone"})[0] == 201
    assert resident.post("requests", {"text": TEXT})[0] == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": "字" * 20_001}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": TEXT, "phone": "call me"}, "phone"),
        ({"text": TEXT, "lon": 181}, "lon"),
        ({"text": TEXT, "lat": "north"}, "lat"),
        ({"text": TEXT, "channel": "pigeon"}, "channel"),
        ({"text": TEXT, "kind": "anger"}, "kind"),
        ({"text": TEXT, "secret": "perhaps"}, "secret"),
        ({"text": TEXT, "external_id": ""}, "external_id"),
        ({"text": TEXT, "unknown": 1}, "unknown"),
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b"[]", "body"),
    ],
)
def test_bad_input_is_told_field_by_field_with_a_remedy(resident: Door, body: Any, field: str) -> None:
    status, problems = resident.post("requests", body)
    assert status == 422
    assert [set(p) for p in problems] == [{"field", "problem", "remedy"}] * len(problems)
    assert field in {p["field"] for p in problems}
    assert all(p["problem"] and p["remedy"] for p in problems)


def test_text_of_the_greatest_length_is_taken(resident: Door) -> None:
    assert resident.post("requests", {"text": "字" * 20_000})[0] == 201


def test_number_and_code_show_state_and_timeline(resident: Door) -> None:
    _, receipt = resident.post("requests", {"text": TEXT, "phone": "13812345678"})
    no, code = receipt["order_no"], receipt["code"]
    status, shown = resident.post(f"requests/{no}/track", {"code": code.lower()})
    assert status == 200
    assert shown["state"] == "received"
    assert [line["event"] for line in shown["timeline"]] == ["received"]
    assert "13812345678" not in json.dumps(shown)


def test_a_wrong_code_and_an_unknown_number_are_answered_alike(resident: Door) -> None:
    no = resident.post("requests", {"text": TEXT})[1]["order_no"]
    wrong = resident.post(f"requests/{no}/track", {"code": "AAAAAAAAAA"})
    unknown = resident.post("requests/AY20260101999999/track", {"code": "AAAAAAAAAA"})
    assert wrong == unknown
    assert wrong[0] == 404
    assert set(wrong[1]) == {"code", "message"}


def test_after_ten_wrong_codes_the_right_one_is_not_heard_either(resident: Door) -> None:
    _, receipt = resident.post("requests", {"text": TEXT})
    other = resident.post("requests", {"text": TEXT})[1]
    door = f"requests/{receipt['order_no']}/track"
    for _ in range(tries.LIMIT):
        assert resident.post(door, {"code": receipt["code"]})[0] == 200
        assert resident.post(door, {"code": "AAAAAAAAAA"})[0] == 404
    assert resident.post(door, {"code": receipt["code"]})[0] == 404
    assert resident.post(f"requests/{other['order_no']}/track", {"code": other["code"]})[0] == 200
    later = present.now() + timedelta(hours=1)
    present.clock.append(lambda: later)
    try:
        assert resident.post(door, {"code": receipt["code"]})[0] == 200
    finally:
        present.clock.pop()


def test_the_requester_withdraws_by_number_and_code(resident: Door) -> None:
    _, receipt = resident.post("requests", {"text": TEXT})
    door = f"requests/{receipt['order_no']}/commands"
    assert resident.post(door, {"command": "withdraw", "grounds": "已修好"})[0] == 404
    status, shown = resident.post(door, {"command": "withdraw", "grounds": "已修好", "code": receipt["code"]})
    assert (status, shown["state"]) == (200, "withdrawn")
    status, refusal = resident.post(door, {"command": "reopen", "grounds": "x", "code": receipt["code"]})
    assert status == 409
    assert set(refusal) == {"code", "message"}


def test_a_resident_gives_no_command_of_the_staff(resident: Door) -> None:
    _, receipt = resident.post("requests", {"text": TEXT})
    status, _ = resident.post(
        f"requests/{receipt['order_no']}/commands", {"command": "submit", "category": leaf(), "code": receipt["code"]}
    )
    assert status == 403


@pytest.mark.parametrize("path", ["orders", "orders/AY20260101000001"])
def test_without_a_good_token_nothing_of_the_staff_is_shown(resident: Door, path: str) -> None:
    assert resident.get(path)[0] == 401
    assert Door("made-up").get(path)[0] == 401
    assert Door("made-up").post("orders/AY20260101000001/commands", {"command": "sign"})[0] == 401


def test_a_token_of_a_closed_account_opens_nothing(staff) -> None:
    from minsheng.ground.models import Account

    door = staff(Role.DISPATCHER)
    assert door.get("orders")[0] == 200
    Account.objects.update(is_active=False)
    assert door.get("orders")[0] == 401


def pages(door: Door, query: str = "") -> Iterator[list[str]]:
    """The numbers on each page of a list."""
    after: Any = ""
    while after is not None:
        _, page = door.get(f"orders?{query}" + (f"&after={after}" if after else ""))
        yield [row["order_no"] for row in page["orders"]]
        after = page["next"]


def test_the_list_is_paged_by_key_and_orders_that_arrive_meanwhile_shift_nothing(staff) -> None:
    made = [intake.receive(intake.Request(text=f"{TEXT}{n}")).no for n in range(102)]
    door = staff(Role.DISPATCHER)
    seen = []
    for page in pages(door):
        seen.append(page)
        intake.receive(intake.Request(text="新来的"))
    assert [len(page) for page in seen] == [50, 50, 2]
    assert [no for page in seen for no in page] == made[::-1]


def test_a_full_last_page_has_no_next(staff) -> None:
    for n in range(50):
        intake.receive(intake.Request(text=f"{TEXT}{n}"))
    assert [len(page) for page in pages(staff(Role.DISPATCHER))] == [50]


def test_the_list_is_narrowed_by_state_and_unit(staff, units) -> None:
    county, town, sibling = units
    one, two = dispatched(town), dispatched(sibling)
    waiting = intake.receive(intake.Request(text=TEXT)).no
    centre = staff(Role.DISPATCHER)
    assert list(pages(centre, "state=received")) == [[waiting]]
    assert list(pages(centre, f"unit={town}")) == [[one]]
    assert list(pages(centre, f"unit={town}&state=received")) == [[]]
    assert list(pages(staff(Role.UNIT_DESK, county))) == [[two, one]]
    assert list(pages(staff(Role.UNIT_DESK, county), f"unit={sibling}")) == [[two]]
    assert list(pages(staff(Role.HANDLER, town))) == [[one]]
    assert list(pages(staff(Role.HANDLER, town), f"unit={sibling}")) == [[]]
    status, problems = centre.get("orders?state=lost")
    assert status == 422
    assert problems[0]["field"] == "state"
    assert centre.get("orders?after=x")[0] == 422


@pytest.mark.parametrize("role", [r for r in Role if r in (Role.AUDITOR, Role.ANALYST, Role.ADMINISTRATOR)])
def test_roles_that_do_not_work_on_orders_may_not_list_them(staff, role: Role) -> None:
    status, refusal = staff(role).get("orders")
    assert (status, set(refusal)) == (403, {"code", "message"})


def test_outside_its_tree_an_order_is_not_found(staff, units) -> None:
    county, town, sibling = units
    no = dispatched(town)
    for unit, status in [(town, 200), (county, 200), (sibling, 404)]:
        door = staff(Role.UNIT_DESK, unit)
        assert door.get(f"orders/{no}")[0] == status
    door = staff(Role.UNIT_DESK, sibling)
    assert door.post(f"orders/{no}/commands", {"command": "sign"}) == door.post(
        "orders/AY20260101999999/commands", {"command": "sign"}
    )
    assert door.post(f"orders/{no}/commands", {"command": "sign"})[0] == 404


def test_a_command_answers_with_the_events_it_made(staff, units) -> None:
    _, town, _ = units
    no = intake.receive(intake.Request(text=TEXT)).no
    for role, unit, command, name in [
        (Role.AGENT, None, {"command": "submit", "category": leaf()}, "submitted"),
        (Role.DISPATCHER, None, {"command": "dispatch", "lead": town, "visible_text": TEXT}, "dispatched"),
        (Role.HANDLER, town, {"command": "sign"}, "signed"),
    ]:
        status, said = staff(role, unit).post(f"orders/{no}/commands", command)
        assert status == 200, said
        assert [e["event"] for e in said["events"]] == [name]
        assert said["order_no"] == no
    assert said["version"] == 4
    shown = staff(Role.HANDLER, town).get(f"orders/{no}")[1]
    assert "reply" in shown["allowed_actions"]
    assert shown["reviewed_copy"] is True


def test_the_rules_refuse_with_409_and_the_role_with_403_whatever_it_sees(staff, units) -> None:
    no = intake.receive(intake.Request(text=TEXT)).no
    door = f"orders/{no}/commands"
    for role, command, expected in [
        (Role.DISPATCHER, {"command": "dispatch", "lead": units[1]}, 409),
        (Role.REVIEWER, {"command": "terminate", "final_reply": "x"}, 409),
        (Role.CALLER_BACK, {"command": "submit", "category": leaf()}, 403),
        (Role.AUDITOR, {"command": "submit", "category": leaf()}, 403),
    ]:
        status, refusal = staff(role).post(door, command)
        assert (status, set(refusal)) == (expected, {"code", "message"}), (role, refusal)
    assert casework.view(no, AGENT)[1].version == 1


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ({}, "command"),
        ({"command": "archive"}, "command"),
        ({"command": "receive"}, "command"),
        ({"command": ["sign"]}, "command"),
        ({"command": "submit", "category": "nothing"}, "category"),
        ({"command": "submit", "no_such": 1}, "no_such"),
        ({"command": "submit", "category": 5}, "category"),
        ({"command": "call_back", "resolved": "yes"}, "resolved"),
        ({"command": "call_back", "drawn": True}, "drawn"),
        ({"command": "dispatch", "lead": "nobody"}, "lead"),
        (b"{", "body"),
        (b"[]", "body"),
    ],
)
def test_a_command_that_cannot_be_read_is_422(staff, command: Any, field: str) -> None:
    no = intake.receive(intake.Request(text=TEXT)).no
    status, problems = staff(Role.SHIFT_LEADER).post(f"orders/{no}/commands", command)
    assert status == 422
    assert [set(p) for p in problems] == [{"field", "problem", "remedy"}] * len(problems)
    assert field in {p["field"] for p in problems}


@pytest.mark.parametrize("role", sorted(Role))
def test_no_role_gets_more_than_the_table_of_the_work_flow_allows(staff, units, role: Role) -> None:
    from minsheng.core.workflow import may

    unit = units[1] if role in UNIT_ROLES else None
    no = dispatched(units[1])
    door = staff(role, unit)
    for name in sorted(SPOKEN):
        status, said = door.post(f"orders/{no}/commands", {"command": name})
        assert status in (200, 403, 404, 409, 422), (name, said)
        assert may(role, name) or status in (403, 404, 422), (name, said)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_description_names_every_door_and_leads_nowhere_astray(house) -> None:
    from django.test import Client

    answer = Client().get("/api/openapi.json")
    assert answer.status_code == 200
    described = answer.json()
    assert described["openapi"].startswith("3.")
    doors = {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert doors == {
        ("post", "/api/v1/requests"),
        ("post", "/api/v1/requests/{order_no}/track"),
        ("post", "/api/v1/requests/{order_no}/commands"),
        ("get", "/api/v1/orders"),
        ("get", "/api/v1/orders/{order_no}"),
        ("post", "/api/v1/orders/{order_no}/commands"),
    }
    for reference in references(described):
        place: Any = described
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    operations = [o for methods in described["paths"].values() for o in methods.values()]
    assert len({o["operationId"] for o in operations}) == len(operations)
    assert all(o["summary"] and o["responses"] for o in operations)
    staff_only = {p for p, m in described["paths"].items() if any("security" in o for o in m.values())}
    assert staff_only == {p for p in described["paths"] if p.startswith("/api/v1/orders")}
