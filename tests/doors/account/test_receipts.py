"""Receipts at the doors: given in the same request, kept by the ledger, read by their holder only."""

from __future__ import annotations

import base64
import hashlib
import json

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.test import Client

from minsheng.account import receipts
from minsheng.account.ledger import number, policy, publish
from minsheng.account.ledger.signing import origin
from minsheng.account.log.proof import Proof
from minsheng.core.ledger import Leaf, LeafKind, tag_of
from minsheng.respond import intake
from minsheng.respond.erasure import erase

pytestmark = pytest.mark.db


@pytest.fixture
def client(house) -> Client:
    return Client()


def filed(client) -> dict:
    answer = client.post("/api/v1/requests", {"text": "路灯不亮", "channel": "web"}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def opened(receipt: receipts.Receipt, sealed: str) -> dict:
    key = hashlib.sha256(b"vs1/course" + receipt.key).digest()
    box = base64.b64decode(sealed)
    return json.loads(AESGCM(key).decrypt(box[:12], box[12:], tag_of(receipt.key)))


def test_a_receipt_is_given_in_the_answer_and_the_gateway_signed_it(client, house) -> None:
    receipt = receipts.read_receipt(filed(client)["receipt"])
    receipts.check(receipt, receipts.gateway(origin()).verifier)
    assert (receipt.promise.channel, receipt.promise.number) == ("web", 1)
    again = receipts.read_receipt(filed(client)["receipt"])
    assert again.promise.number == 2


def test_the_same_message_again_gives_the_same_receipt(client, house) -> None:
    body = {"text": "路灯不亮", "channel": "web", "external_id": "a1"}
    first, second = (client.post("/api/v1/requests", body, content_type="application/json").json() for _ in range(2))
    assert first["receipt"] == second["receipt"]


def test_the_proof_keeps_the_promise_once_the_log_has_the_leaf(client, house) -> None:
    receipt = receipts.read_receipt(filed(client)["receipt"])
    assert client.get(f"/log/proof/{receipt.tag}").status_code == 404
    number()
    publish()
    proof = Proof.parse(client.get(f"/log/proof/{receipt.tag}").content)
    leaf = Leaf.parse(proof.extra)
    assert (leaf.kind, leaf.commitment) == (LeafKind.INTAKE, receipt.promise.commitment)
    assert proof.verify(proof.extra, policy()).checkpoint.size == 1


def test_the_course_opens_with_the_receipt_and_with_nothing_else(client, house) -> None:
    receipt = receipts.read_receipt(filed(client)["receipt"])
    answer = client.get(f"/log/course/{receipt.tag}")
    (leaf,) = answer.json()["leaves"]
    assert leaf["proof"] == ""
    told = opened(receipt, leaf["sealed"])
    assert told["groups"][0]["fields"]["to"] == "open"
    assert "fields" not in told["groups"][5]
    for said in ("open", "cohort", "category"):
        assert said not in json.dumps(leaf)


def test_an_unknown_tag_is_not_found(client, house) -> None:
    for tag in ("0" * 32, "zz", "0" * 31):
        assert client.get(f"/log/proof/{tag}").status_code == 404
        assert client.get(f"/log/course/{tag}").status_code == 404


def test_an_erased_order_says_so_and_opens_nothing(client, house) -> None:
    given = filed(client)
    receipt = receipts.read_receipt(given["receipt"])
    erase(given["order_no"])
    answer = client.get(f"/log/course/{receipt.tag}")
    assert (answer.status_code, answer.json()) == (410, {"erased": True})


def test_number_and_code_that_were_read_out_find_the_receipt_and_guesses_are_counted(client, house) -> None:
    receipt = receipts.read_receipt(filed(client)["receipt"])
    spoken = {"channel": "web", "number": "1", "code": f"{receipt.code[:4]} {receipt.code[4:]}"}
    assert receipt.fragment in client.post("/r", spoken).content.decode()
    for guess in range(10):
        assert client.post("/r", spoken | {"code": f"{guess:08}"}).status_code == 404
    assert client.post("/r", spoken).status_code == 404
    assert client.post("/r", spoken | {"number": "9"}).status_code == 404
    assert client.post("/r", spoken | {"number": "一"}).status_code == 404


def test_an_order_without_a_receipt_shows_none(client, house) -> None:
    no = filed(client)["order_no"]
    with psycopg.connect(house.conninfo("superuser")) as database:
        database.execute("SET session_replication_role = replica")
        database.execute("DELETE FROM respond_receipt")
    assert intake.facts_of(no) is None
