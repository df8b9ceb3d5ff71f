"""The same loop by API, as another program would drive it: tokens from the command line, HTTP, nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from minsheng.ground.city import load_pack

pytestmark = pytest.mark.journey

PACK = load_pack(Path(__file__).resolve().parents[2] / "cities" / "qinghe")
TOWN = next(u for u in PACK.units.values() if u.kind == "township")
COUNTY = PACK.units[TOWN.parent]
SIBLING = next(u for u in PACK.units.values() if u.parent == COUNTY.code and u.code != TOWN.code)
LEAF = PACK.taxonomy.leaves[0].code
GRADES = ("satisfied", "basically", "very_")


class Api:
    """HTTP with JSON, and a token for each person."""

    def __init__(self, base: str, data: Path) -> None:
        self.base, self.data, self.tokens = base, data, {}

    def token(self, role: str, unit: str = "", name: str = "") -> str:
        """The bearer token of an account, made by the command line once."""
        if (role, unit, name) not in self.tokens:
            command = [sys.executable, "-m", "minsheng.doors.cli", "user", "token", "--role", role]
            command += ["--unit", unit] if unit else []
            command += ["--name", name] if name else []
            out = subprocess.run([*command, "--data", str(self.data)], capture_output=True, text=True, check=True)
            self.tokens[role, unit, name] = out.stdout.strip()
        return self.tokens[role, unit, name]

    def ask(self, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
        """(status, body) of one request."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        given = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.base + path, given, headers)) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def do(self, no: str, token: str, command: str, **fields: object) -> dict[str, Any]:
        """A command that must be taken."""
        status, body = self.ask(f"/api/v1/orders/{no}/commands", {"command": command, **fields}, token)
        assert status == 200, (command, status, body)
        return body


def test_the_same_loop_by_api_and_a_sibling_unit_sees_nothing(city: str, data: Path) -> None:
    api = Api(city, data)
    filed = {
        "text": "楼道灯坏了一个月没人修",
        "name": "李丽",
        "phone": "13700001111",
        "kind": "help",
        "external_id": "j1",
    }
    status, receipt = api.ask("/api/v1/requests", filed)
    assert status == 201
    assert api.ask("/api/v1/requests", filed) == (200, receipt)
    assert api.ask("/api/v1/requests", filed | {"text": "别的"})[0] == 409
    no, code = receipt["order_no"], receipt["code"]
    assert api.ask(f"/api/v1/requests/{no}/track", {"code": "WRONGCODE1"})[0] == 404
    assert api.ask(f"/api/v1/requests/{no}/track", {"code": code})[1]["state"] == "received"

    desk, head = api.token("unit_desk", COUNTY.code), api.token("unit_head", COUNTY.code)
    first, second = api.token("handler", TOWN.code), api.token("handler", TOWN.code, "second")
    reviewer, caller = api.token("reviewer"), api.token("caller_back")
    api.do(no, api.token("agent"), "submit", category=LEAF)
    assert api.ask(f"/api/v1/orders/{no}", token=desk)[0] == 404
    api.do(no, api.token("dispatcher"), "dispatch", lead=COUNTY.code, visible_text="楼道灯不亮")
    for handler, signer in ((first, desk), (second, head)):
        api.do(no, desk, "sign")
        api.do(no, desk, "pass_down", to=TOWN.code)
        api.do(no, handler, "sign")
        api.do(no, handler, "reply", reply="已换灯泡", public_reply="灯已修好", contacted=True, result="solved")
        api.do(no, signer, "review_reply", accepted=True)
        api.do(no, reviewer, "review_reply", accepted=True)
        if handler is first:
            done = api.do(no, caller, "call_back", contacted=True, resolved=False, grade="dissatisfied")
            assert (done["state"], done["events"][-1]["event"]) == ("reworking", "rework_ordered")
            assert api.ask(f"/api/v1/orders/{no}/commands", {"command": "call_back"}, desk)[0] == 403
    closing = {"code": code, "command": "call_back", "contacted": True, "resolved": True, "grade": "satisfied"}
    status, mine = api.ask(f"/api/v1/requests/{no}/commands", closing)
    assert (status, mine["state"]) == (200, "closed")

    sibling = api.token("unit_desk", SIBLING.code)
    assert api.ask(f"/api/v1/orders/{no}", token=sibling)[0] == 404
    assert no not in json.dumps(api.ask("/api/v1/orders", token=sibling)[1])
    for unit in (desk, head, first, second):
        kept = json.dumps([api.ask(f"/api/v1/orders/{no}", token=unit), api.ask("/api/v1/orders", token=unit)])
        assert not [g for g in GRADES if g in kept], "a unit's answer shows a rating"
