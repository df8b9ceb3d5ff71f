"""A load that remembers what it was told (受理压力): requests on several channels, with external ids and without, and
commands of the line's staff, over connections that the house may break off at any moment. Only what was answered
counts: 201, or 200 for a message sent once more because its answer never came."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from minsheng.account.receipts import Receipt, read_receipt

CONNECTIONS = 6
CHANNELS = ("web", "phone", "wechat", "app", "mailbox")
WAIT_SECONDS = 120.0
PATIENCE = 300.0
Message = dict[str, str]


@dataclass(slots=True)
class Filed:
    """An order that was acknowledged: its channel, the external id it came with, the version that the last
    acknowledged command gave it, and its receipt."""

    no: str
    channel: str
    external: str | None
    receipt: Receipt | None
    version: int = 1


class Unanswered(Exception):
    """No answer came, or one that acknowledges nothing."""


class Residents:
    """Six connections that file requests and work on orders whenever they may."""

    def __init__(self, port: int, token: str, category: str, unit: str, seed: int) -> None:
        self._port, self._token = port, token
        self._commands: tuple[Mapping[str, Any], ...] = (
            {"command": "add_detail", "detail": "晚上也不亮"},
            {"command": "submit", "category": category},
            {"command": "dispatch", "lead": unit, "visible_text": "路灯不亮"},
            {"command": "add_detail", "detail": "已经三天了"},
        )
        self.filed: dict[str, Filed] = {}
        self.twice: list[str] = []
        self.commands = 0
        self.unanswered: Counter[str] = Counter()
        self._again: deque[Message] = deque()
        self._changed = threading.Condition()
        self._parked, self._may_go, self._over = 0, False, False
        self._threads = [
            threading.Thread(target=self._live, args=(n, random.Random(seed * 1000 + n)), daemon=True)
            for n in range(CONNECTIONS)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def acknowledged(self) -> int:
        """Orders and commands that were answered."""
        return len(self.filed) + self.commands

    def go(self) -> None:
        """Let them file and work."""
        with self._changed:
            self._may_go = True
            self._changed.notify_all()

    def wait_for(self, more: int) -> None:
        """Returns when so many more have been acknowledged."""
        with self._changed:
            wanted = self.acknowledged + more
            assert self._changed.wait_for(lambda: self.acknowledged >= wanted, PATIENCE), (
                f"the house takes nothing any more: {dict(self.unanswered)}"
            )

    def pause(self) -> None:
        """Returns when all of them have ended what they had begun."""
        with self._changed:
            self._may_go = False
            assert self._changed.wait_for(lambda: self._parked == CONNECTIONS, PATIENCE), "a request never ended"

    def end(self) -> None:
        """No more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _live(self, number: int, dice: random.Random) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=WAIT_SECONDS)
        mine: deque[tuple[str, int]] = deque()
        count = 0
        while self._turn():
            count += 1
            try:
                if mine and dice.random() < 0.3:
                    self._work(connection, mine)
                else:
                    self._file(connection, self._message(f"{number}-{count}", dice), mine)
            except (OSError, HTTPException, Unanswered) as error:
                with self._changed:
                    self.unanswered[str(error) if isinstance(error, Unanswered) else type(error).__name__] += 1
                connection.close()
                time.sleep(0.1)
        connection.close()

    def _turn(self) -> bool:
        with self._changed:
            self._parked += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._may_go or self._over)
            self._parked -= 1
            return not self._over

    def _message(self, name: str, dice: random.Random) -> Message:
        with contextlib.suppress(IndexError):
            return self._again.popleft()
        message = {"text": f"路灯不亮 {name}", "phone": "13800001111", "channel": dice.choice(CHANNELS)}
        return message | ({"external_id": name} if dice.random() < 0.7 else {})

    def _file(self, connection: HTTPConnection, message: Message, mine: deque[tuple[str, int]]) -> None:
        external = message.get("external_id")
        try:
            said = _posted(connection, "/api/v1/requests", message)
        except (OSError, HTTPException, Unanswered):
            if external is not None:
                self._again.append(message)
            raise
        receipt = read_receipt(said["receipt"]) if said["receipt"] else None
        filed = Filed(said["order_no"], message["channel"], external, receipt)
        with self._changed:
            if filed.no in self.filed:
                self.twice.append(filed.no)
            self.filed[filed.no] = filed
            self._changed.notify_all()
        mine.append((filed.no, 0))

    def _work(self, connection: HTTPConnection, mine: deque[tuple[str, int]]) -> None:
        """The next command on an order of one's own; an order whose command was not answered is let be."""
        no, step = mine.pop()
        said = _posted(connection, f"/api/v1/orders/{no}/commands", self._commands[step], self._token)
        with self._changed:
            self.commands += 1
            self.filed[no].version = said["version"]
            self._changed.notify_all()
        if step + 1 < len(self._commands):
            mine.append((no, step + 1))


def _posted(connection: HTTPConnection, path: str, body: Mapping[str, Any], token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status not in (200, 201):
        raise Unanswered(f"status {answer.status}")
    found: dict[str, Any] = json.loads(said)
    return found
