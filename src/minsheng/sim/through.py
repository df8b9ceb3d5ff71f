"""The simulated city as a load over HTTP (经接口施压): `minsheng sim --through URL --rate R --seconds T`.

An open load: messages fall due at moments fixed beforehand (`script`) however slow the answers are, and wait for one of
a bounded number of kept connections; how that wait is counted stands in `tally`. A request whose answer was lost is
sent once more: its external id keeps it from being registered twice. At the end acknowledged requests are looked up."""

from __future__ import annotations

import heapq
import json
import random
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from minsheng.ground.city import CityPack, load_pack
from minsheng.sim.plan import BadPlan, Plan
from minsheng.sim.script import MARK, TRACK, Filing, Step, script
from minsheng.sim.tally import FILE, Look, Outcome, Report

SIMULATED = "X-Minsheng-Data"
TIMEOUT_SECONDS = 30.0
IDLE_SECONDS = 15.0
"""A connection unused for so long is opened anew: servers let idle ones go, and the answer would be lost."""
GRACE_SECONDS = 30.0
"""How long after its end a load still sends what was due; after that the rest counts as never sent."""
MOST = 10_000_000
LOOK_UP = 2000
"""At most so many acknowledged requests are looked up at the end, drawn at random."""
NO_ANSWER = (OSError, HTTPException)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, whether the house marks its data as simulated, and what the body says."""

    status: int
    simulated: bool
    said: Any

    @property
    def code(self) -> str:
        """Why it was refused: the status with the code, or with the fields that could not be read."""
        if isinstance(self.said, dict):
            return f"{self.status} {self.said.get('code', '')}".strip()
        fields = [str(p.get("field", "")) for p in self.said or () if isinstance(p, dict)]
        return " ".join([str(self.status), *fields])


class Line:
    """One kept connection to a house. Raises what is in NO_ANSWER, after which it opens itself again."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as error:
            raise BadPlan(f"--through {url}: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadPlan(f"--through {url}: write http://HOST:PORT, as `minsheng up` prints it")
        self._base = parts.path.rstrip("/")
        self._http = (
            HTTPSConnection(parts.hostname, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
            if parts.scheme == "https"
            else HTTPConnection(parts.hostname, port, timeout=TIMEOUT_SECONDS)
        )
        self._used = perf_counter()

    def get(self, path: str) -> Answer:
        """Read an address."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: bytes, token: str = "") -> Answer:
        """Send JSON, with a bearer token when one is given."""
        headers = {"Content-Type": "application/json"}
        return self._ask("POST", path, body, headers | ({"Authorization": f"Bearer {token}"} if token else {}))

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if perf_counter() - self._used > IDLE_SECONDS:
            self._http.close()
        try:
            self._http.request(method, self._base + path, body, dict(headers))
            response = self._http.getresponse()
            said = response.read()
        except NO_ANSWER:
            self._http.close()
            raise
        self._used = perf_counter()
        return Answer(response.status, response.getheader(SIMULATED) == "simulated", _read(response, said))


def _read(response: HTTPResponse, said: bytes) -> Any:
    """What a body of JSON says; None for any other, such as a proxy's page."""
    if not response.getheader("Content-Type", "").startswith("application/json"):
        return None
    try:
        return json.loads(said)
    except ValueError as error:
        raise HTTPException(f"an answer {response.status} that is not the JSON it says it is") from error


def load(
    city: Path,
    url: str,
    *,
    rate: float,
    seconds: float,
    seed: int = 1,
    first: date = date(2025, 1, 1),
    per_day: float = 700.0,
    connections: int = 32,
    tokens: Mapping[str, str] | None = None,
    real: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """File requests of the city `city` at the house `url`, `rate` a second on average for `seconds`, and do what
    residents do afterwards; with `tokens` ("role" or "role@unit" → bearer token) staff work on a share of them.

    BadPlan says in one sentence why nothing was sent: numbers that make no load, nobody answering, or a house elsewhere
    whose data are real or of another city, unless `real` says that this is meant. `tell` is told what begins."""
    if not (rate > 0 and seconds > 0 and rate * seconds <= MOST):
        raise BadPlan(f"--rate and --seconds: more than 0, and at most {MOST:,} requests together")
    if not 1 <= connections <= 1000:
        raise BadPlan("--connections: from 1 to 1000")
    plan = Plan(city, months=12, per_day=per_day, seed=seed, first=first)
    pack = load_pack(city)
    marked = look_at(url, pack, city, real=real)
    run_name = f"sim-{uuid4().hex[:12]}"
    filings = script(plan, pack, rate=rate, seconds=seconds, run=run_name, tokens=tokens or (), mark=not marked)
    if not marked:
        tell(f"{url} does not say that its data are simulated: every title begins with {MARK}")
    tell(f"模拟数据 simulated data: {len(filings)} requests of {pack.city.name_en} to {url} in {seconds:g} s")
    run = _Run(url, seconds, tokens or {})
    run.go(filings, connections)
    look = run.look(random.Random(seed), connections)
    return Report.of(
        run.outcomes, look, url=url, city=pack.city.name_en, rate=rate, seconds=seconds, connections=connections
    )


def look_at(url: str, pack: CityPack, city: Path, *, real: bool) -> bool:
    """Whether the house at `url` says that its data are simulated. BadPlan unless it may be filled with requests of
    `pack`: one of that invented city, one on this machine, or any where `real` says that this is meant."""
    line = Line(url)
    try:
        answer = line.get("/healthz")
    except NO_ANSWER as error:
        what = f"nobody answers at {url}/healthz ({error})"
        raise BadPlan(f"{what}; start a house with `minsheng up --city {city}`") from error
    finally:
        line.close()
    if answer.status != 200 or not isinstance(answer.said, dict):
        raise BadPlan(
            f"{url}/healthz answers {answer.status}, not as a house of Minsheng that can serve; look there first"
        )
    if real or on_this_machine(url):
        return answer.simulated
    if not answer.simulated:
        raise BadPlan(
            f"the data of {url} are real (no header {SIMULATED}: simulated), and invented requests would stand among "
            "them; name a house of an invented city, or give --real where this is meant"
        )
    if answer.said.get("city") != pack.city.code:
        raise BadPlan(
            f"{url} serves {answer.said.get('city')}, the requests are of {pack.city.code}; give --city its pack"
        )
    return True


def on_this_machine(url: str) -> bool:
    """Whether a house is addressed by a loopback address: a trial of whoever types."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(order=True, slots=True)
class _Errand:
    """One message that is due. Without a step it is the filing itself."""

    due: float
    turn: int
    filing: Filing = field(compare=False)
    no: str = field(default="", compare=False)
    code: str = field(default="", compare=False)
    steps: tuple[Step, ...] = field(default=(), compare=False)


class _Run:
    """One load as it goes: a pacer hands errands that are due to as many threads as there are connections."""

    def __init__(self, url: str, seconds: float, tokens: Mapping[str, str]) -> None:
        self._url, self._seconds, self._tokens = url, seconds, tokens
        self._due: SimpleQueue[_Errand | None] = SimpleQueue()
        self._later: SimpleQueue[_Errand] = SimpleQueue()
        self._turns = count()
        self._began = 0.0
        self.outcomes: list[Outcome] = []
        self.acknowledged: list[tuple[str, str]] = []

    def go(self, filings: list[Filing], connections: int) -> None:
        """Send everything; returns when all of it is answered or given up."""
        errands = [_Errand(f.due, next(self._turns), f) for f in filings]
        with ThreadPoolExecutor(connections, "load") as pool:
            self._began = perf_counter()
            carrying = [pool.submit(self._carry) for _ in range(connections)]
            try:
                self._pace(errands)
            finally:
                for _ in carrying:
                    self._due.put(None)
            for one in carrying:
                one.result()

    def _now(self) -> float:
        return perf_counter() - self._began

    def _pace(self, errands: list[_Errand]) -> None:
        """Hand over each errand when it is due; what would be due after the end is let go."""
        heapq.heapify(errands)
        while (now := self._now()) < self._seconds:
            if errands and errands[0].due <= now:
                self._due.put(heapq.heappop(errands))
                continue
            until = min(errands[0].due if errands else self._seconds, self._seconds)
            try:
                heapq.heappush(errands, self._later.get(timeout=max(until - now, 0.0)))
            except Empty:
                continue
        for errand in sorted(e for e in errands if e.due < self._seconds):
            self._due.put(errand)

    def _carry(self) -> None:
        """One connection: errand after errand until there are no more."""
        line = Line(self._url)
        while (errand := self._due.get()) is not None:
            sent = self._now()
            if sent > self._seconds + GRACE_SECONDS:
                self.outcomes.append(Outcome(_name(errand), errand.due, None, sent))
            elif errand.steps:
                self._step(line, errand, errand.steps[0], sent)
            else:
                self._file(line, errand, sent)
        line.close()

    def _file(self, line: Line, errand: _Errand, sent: float) -> None:
        answer, times = None, 0
        while answer is None and times < 2:
            times += 1
            try:
                answer = line.post("/api/v1/requests", errand.filing.body)
            except NO_ANSWER:
                continue
        self._note(errand, sent, answer, times)
        if answer is not None and answer.status in (200, 201):
            no, code = answer.said["order_no"], answer.said["code"]
            self.acknowledged.append((no, code))
            for course in errand.filing.courses:
                self._go_on(errand.filing, no, code, course)

    def _step(self, line: Line, errand: _Errand, step: Step, sent: float) -> None:
        try:
            answer = self._done(line, errand, step)
        except NO_ANSWER:
            answer = None
        self._note(errand, sent, answer, 1)
        if answer is not None and answer.status == 200 and errand.steps[1:]:
            self._go_on(errand.filing, errand.no, errand.code, errand.steps[1:])

    def _done(self, line: Line, errand: _Errand, step: Step) -> Answer:
        if step.command == TRACK:
            return track(line, errand.no, errand.code)
        if step.who:
            body = json.dumps({**step.fields, "command": step.command}).encode()
            return line.post(f"/api/v1/orders/{errand.no}/commands", body, self._tokens[step.who])
        body = json.dumps({**step.fields, "command": step.command, "code": errand.code}).encode()
        return line.post(f"/api/v1/requests/{errand.no}/commands", body)

    def _go_on(self, filing: Filing, no: str, code: str, steps: tuple[Step, ...]) -> None:
        self._later.put(_Errand(self._now() + steps[0].wait, next(self._turns), filing, no, code, steps))

    def _note(self, errand: _Errand, sent: float, answer: Answer | None, times: int) -> None:
        status, code = (answer.status, answer.code) if answer is not None else (None, "")
        self.outcomes.append(Outcome(_name(errand), errand.due, sent, self._now(), status, code, times))

    def look(self, chance: random.Random, connections: int) -> Look:
        """Look up what was acknowledged, or LOOK_UP of it drawn at random."""
        drawn = sorted(self.acknowledged)
        if len(drawn) > LOOK_UP:
            drawn = chance.sample(drawn, LOOK_UP)
        lines = min(connections, 8)
        with ThreadPoolExecutor(lines, "look") as pool:
            found = [s for part in pool.map(self._look, (drawn[n::lines] for n in range(lines))) for s in part]
        return Look(len(drawn), found.count(404), sum(status not in (200, 404) for status in found))

    def _look(self, numbers: list[tuple[str, str]]) -> list[int | None]:
        """The status of each look-up, None without an answer; after two in a row without one, nobody is asked again."""
        line, found = Line(self._url), list[int | None]()
        for no, code in numbers:
            if found[-2:] == [None, None]:
                found.append(None)
                continue
            try:
                found.append(track(line, no, code).status)
            except NO_ANSWER:
                found.append(None)
        line.close()
        return found


def track(line: Line, no: str, code: str) -> Answer:
    """Look a request up as its resident does."""
    return line.post(f"/api/v1/requests/{no}/track", json.dumps({"code": code}).encode())


def _name(errand: _Errand) -> str:
    return errand.steps[0].command if errand.steps else FILE
