"""Kill tests (断电试验): whatever is killed at whatever moment, an acknowledged request is there, once.

kill -9 of the whole process group of `minsheng up`, and of the import beside it, twenty times: half during intake by
eight connections, half during an import. When to kill is counted in acknowledgements or rows, never in seconds."""

from __future__ import annotations

import csv
import json
import random
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg
import pytest

from minsheng.ground.embedded.processes import wait_until
from minsheng.ground.keys import Keys
from reliability.house import House

pytestmark = [pytest.mark.db, pytest.mark.slow]

KILLS = 10
CONNECTIONS = 8
ROWS = 2000
Acknowledged = dict[str, str]
"""External id → order number."""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    house = House(tmp_path / "data")
    yield house
    house.kill()


def missing_or_double(house: House, channel: str, acknowledged: Acknowledged) -> list[str]:
    """What is wrong with the acknowledged orders: gone, there twice, or under another number."""
    keys = Keys(house.data / "secrets")
    digests = {keys.digest("external", channel, external): external for external in acknowledged}
    with house.connect() as connection:
        rows = connection.execute(
            "SELECT o.no, o.external_digest, (SELECT count(*) FROM respond_event e WHERE e.order_id = o.id),"
            " EXISTS (SELECT FROM vault.words w WHERE w.order_id = o.id) AND EXISTS (SELECT FROM vault.order_key k"
            " WHERE k.order_id = o.id) FROM respond_order o WHERE o.external_digest = ANY (%s)",
            [list(digests)],
        ).fetchall()
    found: dict[str, list[str]] = {external: [] for external in acknowledged}
    wrong = []
    for no, digest, events, whole in rows:
        found[digests[bytes(digest)]].append(no)
        if not events or not whole:
            wrong.append(f"{no} has {events} events, words and key: {whole}")
    for external, numbers in found.items():
        if numbers != [acknowledged[external]]:
            wrong.append(f"{external}: acknowledged {acknowledged[external]}, found {numbers}")
    return wrong


class Intake:
    """Eight connections that file requests until the house dies under them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.acknowledged: Acknowledged = {}
        self.unanswered: list[str] = []
        self._enough = threading.Event()
        self._lock = threading.Lock()
        self._stop_at = 0

    def until(self, more: int, then: Callable[[], None], tag: str) -> None:
        """File until `more` are acknowledged, then do `then` while the connections go on filing."""
        self._stop_at = len(self.acknowledged) + more
        self._enough.clear()
        threads = [threading.Thread(target=self._file, args=(f"{tag}-{i}",)) for i in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        assert self._enough.wait(120), "the house took no requests"
        then()
        for thread in threads:
            thread.join()

    def again(self, external: str) -> int:
        """Send a request once more whose answer never came; its status."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        status, no = self._post(connection, external)
        connection.close()
        self.acknowledged[external] = no
        return status

    def _file(self, tag: str) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        for n in range(100_000):
            external = f"{tag}-{n}"
            try:
                status, no = self._post(connection, external)
            except (OSError, HTTPException):
                with self._lock:
                    self.unanswered.append(external)
                break
            assert status == 201, status
            with self._lock:
                self.acknowledged[external] = no
                if len(self.acknowledged) >= self._stop_at:
                    self._enough.set()
        connection.close()

    def _post(self, connection: HTTPConnection, external: str) -> tuple[int, str]:
        body = {"text": f"路灯不亮 {external}", "phone": "13800001111", "external_id": external}
        connection.request("POST", "/api/v1/requests", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in (200, 201):
            raise HTTPException(f"not acknowledged: {answer.status}")
        return answer.status, json.loads(said)["order_no"]


def test_no_acknowledged_request_is_lost_or_doubled_by_ten_kills_during_intake(house: House) -> None:
    dice = random.Random(12345)
    house.up()
    intake = Intake(house.port)
    for kill in range(KILLS):
        intake.until(dice.randrange(10, 160), house.kill, f"k{kill}")
        house.up()
        assert missing_or_double(house, "web", intake.acknowledged) == []
    retried = [intake.again(external) for external in intake.unanswered]
    assert len(retried) >= CONNECTIONS
    assert set(retried) <= {200, 201}
    assert missing_or_double(house, "web", intake.acknowledged) == []
    assert house.orders() == len(intake.acknowledged)
    assert house.check().startswith(f"{len(intake.acknowledged)} orders, ")


def table(file: Path) -> Sequence[str]:
    """A spreadsheet of requests; returns their numbers."""
    numbers = [f"R{i:05d}" for i in range(ROWS)]
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["编号", "标题", "内容", "联系电话"])
        writer.writerows([n, "噪音扰民", f"工地夜里施工，无法休息 {n}", "13800002222"] for n in numbers)
    return numbers


def test_no_row_is_lost_or_loaded_twice_by_ten_kills_during_an_import(house: House, tmp_path: Path) -> None:
    dice = random.Random(54321)
    file = tmp_path / "rows.csv"
    numbers = table(file)
    house.up()
    for _ in range(KILLS):
        begun, more = house.orders(), dice.randrange(20, ROWS // KILLS)
        load = house.run("import", str(file))
        with house.connect() as watch:
            assert wait_until(
                lambda: load.poll() is not None or _count(watch) >= begun + more,  # noqa: B023
                120,
                step=0.005,
            )
        assert load.poll() is None, "the import ended before it could be killed"
        house.kill()
        house.up()
        assert begun + more <= house.orders() <= ROWS
    before = house.orders()
    assert before < ROWS
    code, out = house.ended("import", str(file))
    assert code == 0, out
    rows, accepted, duplicate, refused = (int(n) for n in re.findall(r"(\d+) [行接重拒]", out)[:4])
    assert (rows, refused) == (ROWS, 0)
    assert accepted + duplicate + refused == rows
    assert (accepted, duplicate) == (ROWS - before, before)
    assert house.orders() == ROWS
    with house.connect() as connection:
        stored = dict(connection.execute("SELECT external_digest, no FROM respond_order").fetchall())
    keys = Keys(house.data / "secrets")
    given = {n: stored[keys.digest("external", "web", n)] for n in numbers}
    assert missing_or_double(house, "web", given) == []
    assert house.check().startswith(f"{ROWS} orders, ")


def _count(connection: psycopg.Connection) -> int:
    return int((connection.execute("SELECT count(*) FROM respond_order").fetchone() or (0,))[0])


def test_the_harness_sees_an_order_that_was_acknowledged_before_it_was_durable(house: House) -> None:
    house.up()
    house.commit_without_waiting()
    intake = Intake(house.port)
    intake.until(40, house.kill, "planted")
    house.up()
    lost = missing_or_double(house, "web", intake.acknowledged)
    assert any("found []" in line for line in lost)


def test_the_harness_sees_an_order_that_does_not_exist_and_one_under_another_number(house: House) -> None:
    house.up()
    intake = Intake(house.port)
    assert intake.again("one") == 201
    assert missing_or_double(house, "web", intake.acknowledged) == []
    assert missing_or_double(house, "web", intake.acknowledged | {"two": "AY20260101000001"})
    assert missing_or_double(house, "web", {"one": "AY20260101000001"})
