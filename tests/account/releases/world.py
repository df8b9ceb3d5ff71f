"""An invented city's ledger for tests: orders that live through `core.decide` by chance, their leaves shuffled into a
log by batches, three monthly releases. Every leaf's shut group carries words that must never be found in public."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.keys import CosignatureSigner, Ed25519Signer, write_vkey
from minsheng.account.log.policy import Policy
from minsheng.account.log.writer import Log
from minsheng.account.releases import STANDARD, Held, Memory, Opening, Terms, manifest_commitment, publish
from minsheng.account.releases.ballots import GRADES
from minsheng.account.releases.metrics import Metric
from minsheng.core import commands as say
from minsheng.core import evolve
from minsheng.core.codes import Role
from minsheng.core.ledger import Facts, Leaf, LeafKind, commit, facts_of, leaf_key
from minsheng.core.order import Actor, Refused, UnitRef
from support.life import ACCEPT, CALLER, DISPATCHER, MONDAY, NO, POLICY, REPLY, REVIEWER, SUPERVISOR, YES, Life, unit

ORIGIN, CITY = "ledger.example/line", "example"
MONTHS = ("2026-11", "2026-12", "2027-01")
BEGINS = (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
LOG_KEY = Ed25519Signer(ORIGIN, sha256(b"the log").digest())
PLANTED = "王小明13800001111"
"""A name and a number, put where nobody may ever see them."""


def witnesses(second: int) -> list[CosignatureSigner]:
    """Three witnesses that cosign at a second."""
    return [CosignatureSigner(f"witness{n}.example", bytes([n + 1] * 32), lambda: second) for n in range(3)]


def policy(key: Ed25519Signer = LOG_KEY) -> Policy:
    """Two witnesses of three."""
    lines = [f"log {write_vkey(key.verifier)}"]
    lines += [f"witness w{n} {write_vkey(each.verifier)}" for n, each in enumerate(witnesses(0))]
    return Policy.parse("".join(f"{line}\n" for line in [*lines, "group two 2 w0 w1 w2", "quorum two"]).encode())


def second_of(day: date) -> int:
    """Noon of a day, in POSIX seconds."""
    return (day - date(1970, 1, 1)).days * 86_400 + 43_200


def signed(head: Any, day: date, key: Ed25519Signer = LOG_KEY) -> bytes:
    """A cosigned checkpoint of a tree."""
    text = Checkpoint(ORIGIN, head.size, head.root).text()
    return notes.sign(text, [key, *witnesses(second_of(day))])


@dataclass(frozen=True)
class Told:
    """A leaf to come: what an event tells, of which order, when."""

    facts: Facts
    order: str
    seq: int

    def sealed(self, secret: bytes) -> Held:
        """The leaf with all openings, under the order's key."""
        made = commit(leaf_key(sha256(secret + self.order.encode()).digest(), self.seq), self.facts.groups)
        pieces = tuple(Opening(salt, fields) for salt, fields in zip(made.salts, made.groups, strict=True))
        return Held(Leaf(self.facts.kind, self.facts.day, made.value), pieces, self.order, self.seq)


def house_leaf(kind: LeafKind, day: date, fields: dict[str, Any], key: bytes) -> Held:
    """A leaf of a fact of the house."""
    made = commit(key, (fields,))
    return Held(Leaf(kind, day, made.value), (Opening(made.salts[0], fields),))


def live(life: Life, chance: random.Random) -> None:
    """Let an order live on by chance, each step as likely as in a city that mostly works."""
    code = f"c{min(int(chance.paretovariate(0.7)), 9)}"
    desk, handler = unit(code), unit(code, Role.HANDLER)
    lead = UnitRef(code, 2, ("centre",))
    wait = timedelta(days=chance.choice((0, 1, 3, 9)), hours=chance.randrange(8))
    again = timedelta(days=chance.choice((1, 5, 20)))
    steps: list[tuple[say.Command, Actor, timedelta]] = [
        (say.Submit(), Actor("agent", Role.AGENT), timedelta(minutes=5)),
        (say.Dispatch(lead=lead), DISPATCHER, timedelta(minutes=10)),
        (say.Sign(), desk, timedelta(hours=1)),
        (REPLY, desk, wait),
        (ACCEPT, REVIEWER, timedelta(hours=2)),
        (chance.choice((YES, YES, YES, NO, say.CallBack(reached=False))), CALLER, again),
        (REPLY, handler, timedelta(days=2)),
        (ACCEPT, REVIEWER, timedelta(hours=2)),
        (YES, CALLER, timedelta(days=1)),
        (say.RequestExclusion(grounds="无关"), desk, timedelta(hours=2)),
        (say.DecideExclusion(granted=True, grounds="无关"), SUPERVISOR, timedelta(hours=2)),
    ]
    for command, by, after in steps[: chance.randint(1, len(steps))]:
        try:
            life.say(command, by, after=after)
        except Refused:
            continue


def told_by(life: Life, no: str, chance: random.Random) -> list[Told]:
    """What a life told, in its order."""
    before, told = None, []
    street = f"s{chance.randrange(2)}"
    for seq, event in enumerate(life.events, 1):
        after = evolve(before, event)
        facts = facts_of(
            before,
            event,
            after,
            local=POLICY.calendar.local_date,
            street=street,
            tag=f"{PLANTED}{no}",
            seq=seq,
            digest=PLANTED,
            role=PLANTED,
        )
        before = after
        if facts is not None:
            told.append(Told(facts, no, seq))
    return told


@dataclass
class World:
    """A log in a folder, its releases, and what the centre kept of each month."""

    folder: Path
    releases: list[Path]
    ranges: list[list[Held]]
    checkpoints: list[bytes]
    memories: list[Memory]

    @property
    def log(self) -> Path:
        """The log's files."""
        return self.folder / "log"

    @property
    def leaves(self) -> list[Held]:
        """All leaves, in their order."""
        return [each for part in self.ranges for each in part]


def lives(chance: random.Random, orders: int) -> list[Told]:
    """What so many orders tell, by time; the leaves of each day shuffled, as batches are."""
    every: list[Told] = []
    for number in range(orders):
        at = MONDAY - timedelta(days=20) + timedelta(minutes=chance.randrange(75 * 24 * 60))
        category = chance.choice(("010101", "010101", "010101", "020101"))
        channel = chance.choice(("phone", "phone", "web"))
        life = Life(POLICY, at, no=f"N{number}", category=category, channel=channel)
        live(life, chance)
        every += told_by(life, f"N{number}", chance)
    chance.shuffle(every)
    return sorted(every, key=lambda each: each.facts.day)


def world(
    folder: Path, chance: random.Random, orders: int = 150, metrics: Sequence[Metric] = STANDARD, months: int = 3
) -> World:
    """An honest log with its monthly releases. The last release's own leaf is not in the log yet."""
    told = lives(chance, orders)
    secret = chance.randbytes(32)
    made = World(folder, [], [], [], [])
    memory = Memory()
    definitions = date(2026, 10, 30)
    begun = [house_leaf(LeafKind.METRIC, definitions, dict(each.fields), chance.randbytes(32)) for each in metrics]
    folder.mkdir(parents=True, exist_ok=True)
    with Log(made.log) as log:
        for month, begins, ends in list(zip(MONTHS, BEGINS[:-1], BEGINS[1:], strict=True))[:months]:
            begun += [each.sealed(secret) for each in told if begins <= each.facts.day < ends]
            begun += sealed(ends - timedelta(days=20), chance)
            begun += ballots(f"{begins - timedelta(days=1):%Y-%m}", ends - timedelta(days=15), chance)
            entered = sum(each.leaf.kind is LeafKind.INTAKE for part in [*made.ranges, begun] for each in part)
            begun.append(house_leaf(LeafKind.COUNTER, ends, {"channel": "web", "last": entered}, chance.randbytes(32)))
            log.append([each.leaf.pack() for each in begun[len(made.ranges[:1]) :]])
            file = folder / f"{month}.jsonl.gz"
            with file.open("wb") as to:
                released = publish(begun, Terms(CITY, ORIGIN, month), memory, to)
            memory = released.memory
            made.releases.append(file)
            made.ranges.append(begun)
            made.memories.append(memory)
            begun = [manifest_leaf(released.manifest, ends)]
            if len(made.ranges) < months:
                log.append([begun[0].leaf.pack()])
            log.publish(signed(log.head, ends))
            made.checkpoints.append((made.log / "checkpoint").read_bytes())
    return made


def ballots(period: str, day: date, chance: random.Random) -> list[Held]:
    """A shuffled batch of ballots of a period: of three agencies by name, of the others in the city's."""
    cast = [(agency, answer) for agency in ("c1", "c2", "c3") for answer in ("satisfied", "very_dissatisfied")]
    cast += [(chance.choice(("c1", "c2", "c3", "city")), chance.choice(GRADES)) for _ in range(60)]
    cast += [("c1", "basically"), ("c2", "basically"), ("c3", "basically"), ("city", "basically")] * 8
    chance.shuffle(cast)
    return [
        house_leaf(
            LeafKind.BALLOT,
            day,
            {"agency": agency, "period": period, "answer": answer, "tracker": f"青山{chance.randrange(10**9):09}"},
            chance.randbytes(32),
        )
        for agency, answer in cast
    ]


def sealed(day: date, chance: random.Random) -> list[Held]:
    """Sealed answers: bare commitments that nobody opens."""
    leaves = [Leaf(LeafKind.SEALED, day, chance.randbytes(32)) for _ in range(7)]
    return [Held(leaf, (leaf.commitment,)) for leaf in leaves]


def manifest_leaf(fields: Any, day: date) -> Held:
    """The RELEASE leaf of a release."""
    leaf = house_leaf(LeafKind.RELEASE, day, dict(fields), bytes.fromhex(fields["release"]))
    assert leaf.leaf.commitment == manifest_commitment(fields)
    return leaf
