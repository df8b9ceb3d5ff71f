"""A campaign of kills (连续断电): a house under load, one process killed after the other, and after each kill the
question whether every word that was given still holds: acknowledged orders and commands, receipts, signed heads.

Kills fall after a number of acknowledgements that chance chooses, never after seconds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.core.codes import Role
from minsheng.ground.embedded import PostgreSQL
from minsheng.ground.keys import Keys
from minsheng.ground.setup import configure
from reliability.house import VICTIMS, Household
from reliability.outsider import Outsider
from reliability.residents import Filed, Residents

LEAST_BETWEEN, MOST_BETWEEN = 20, 90
ASKED_AGAIN = 20
SIGNINGS = 3
"""The worker's own publishing may have the log open at the moment of the first."""
_STANDING = """
SELECT o.no, o.version, o.external_digest, r.channel, r.number, r.tag,
    (SELECT count(*) FROM respond_event e WHERE e.order_id = o.id),
    EXISTS (SELECT FROM vault.words w WHERE w.order_id = o.id)
        AND EXISTS (SELECT FROM vault.order_key k WHERE k.order_id = o.id)
FROM respond_order o LEFT JOIN respond_receipt r ON r.order_id = o.id
"""
_UNNUMBERED = """
SELECT o.no || ' event ' || e.seq || ' has no number in the ledger' FROM respond_event e
JOIN respond_order o ON o.id = e.order_id
WHERE e.leaf IS NOT NULL AND NOT EXISTS (SELECT FROM account_leaf l WHERE l.order_id = e.order_id AND l.seq = e.seq)
"""


@dataclass(slots=True)
class Found:
    """What a campaign saw. `lost`: acknowledged and not there, there twice, or less than was answered. `unkept`:
    receipts that do not hold. `inconsistent`: heads that do not continue one another. `differences`: what `check`
    says."""

    kills: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    commands: int = 0
    unanswered: Counter[str] = field(default_factory=Counter)
    receipts: int = 0
    checks_of_receipts: int = 0
    leaves: int = 0
    fetched: int = 0
    heads: int = 0
    lost: list[str] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    inconsistent: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether every word held."""
        return not (self.lost or self.unkept or self.inconsistent or self.differences)

    def lines(self) -> list[str]:
        """The figures, and the first of what was wrong."""
        by_victim = ", ".join(f"{victim} {self.kills[victim]}" for victim in VICTIMS if self.kills[victim])
        unanswered = ", ".join(f"{what} {count}" for what, count in sorted(self.unanswered.items()))
        wrong = [*self.lost, *self.unkept, *self.inconsistent, *self.differences]
        return [
            f"kills         {self.kills.total()}: {by_victim}",
            f"acknowledged  {self.orders} orders, {self.commands} commands; lost {len(self.lost)}",
            f"unanswered    {self.unanswered.total()}" + (f" ({unanswered})" if unanswered else ""),
            f"receipts      {self.receipts}, checked {self.checks_of_receipts} times; unkept {len(self.unkept)}",
            f"checkpoints   {self.heads} seen in {self.fetched} fetches; inconsistent {len(self.inconsistent)}",
            f"ledger        {self.leaves} leaves; differences {len(self.differences)}",
            *(f"  {each}" for each in wrong[:10]),
        ]


class Campaign:
    """One house, its load and its outsider, from the first start to the last audit."""

    _outsider: Outsider
    _residents: Residents

    def __init__(self, data: Path, seed: int, say: Callable[[str], None] = print) -> None:
        self.house = Household(data)
        self.found = Found()
        self._seed, self._dice = seed, random.Random(seed)
        self._say = say
        self._checked: set[str] = set()

    def run(self, kills: int, victims: Sequence[str] = VICTIMS, *, planted: bool = False) -> Found:
        """So many kills, each kind of victim as often as any other; stops at the first word that did not hold. With
        `planted`, commits are answered before they are durable. Leaves nothing running."""
        with ExitStack() as ends:
            ends.callback(self.house.kill)
            ends.callback(self.house.rest)
            self._begin(ends, planted)
            order = [victims[n % len(victims)] for n in range(kills)]
            self._dice.shuffle(order)
            for victim in order:
                self._kill(victim)
                self._say(f"kill {self.found.kills.total()} of {kills}: {victim}")
                if not self.found.sound:
                    break
            else:
                self._last_questions()
            self._count()
        return self.found

    def _begin(self, ends: ExitStack, planted: bool) -> None:
        configure()
        self.house.recover()
        if planted:
            self.house.commit_without_waiting()
        self._outsider = Outsider(f"http://127.0.0.1:{self.house.port}")
        ends.callback(self._outsider.end)
        self._residents = Residents(self.house.port, self._token(), *_category_and_unit(), self._seed)
        ends.callback(self._residents.end)
        assert not (broken := self.house.published_now()), broken

    def _kill(self, victim: str) -> None:
        self._residents.go()
        self._residents.wait_for(self._dice.randrange(LEAST_BETWEEN, MOST_BETWEEN))
        self.house.kill_one(victim, self._dice)
        self.found.kills[victim] += 1
        self.house.recover()
        self._residents.pause()
        self._ask()

    def _ask(self) -> None:
        """After a kill, while nobody files: is all that was acknowledged there, and is it in the log after a round?"""
        self._see_what_stands()
        if not self.found.sound:
            return
        if broken := self.house.published_now():
            self.found.unkept.append(broken)
            return
        fresh = [no for no in self._residents.filed if no not in self._checked]
        again = self._dice.sample(sorted(self._checked), min(ASKED_AGAIN, len(self._checked)))
        self._see_receipts([*fresh, *again])
        self.found.inconsistent += self._outsider.inconsistent()

    def _last_questions(self) -> None:
        self.house.rest()
        if not any(self.house.ended("ledger", "sign")[0] == 0 for _ in range(SIGNINGS)):
            self.found.unkept.append(f"ledger sign fails: {self.house.errors()}")
        code, said = self.house.ended("check")
        if code:
            self.found.differences += said.strip().splitlines()
        with self.house.connect() as connection:
            self.found.unkept += [each for (each,) in connection.execute(_UNNUMBERED)]
        self._see_receipts(self._residents.filed)
        self.found.inconsistent += self._outsider.inconsistent() + self._outsider.inconsistent_with_the_last()
        self.found.leaves = self._outsider.size()

    def _see_what_stands(self) -> None:
        from minsheng.respond.checking import check_all

        with self.house.connect() as connection:
            rows = connection.execute(_STANDING).fetchall()
        self.found.lost += lost(rows, self._residents.filed.values(), Keys(self.house.data / "secrets"))
        self.found.lost += [f"{no} was given to two requests" for no in self._residents.twice]
        self.found.differences += check_all(PostgreSQL(self.house.data).conninfo("loader")).differences

    def _see_receipts(self, numbers: Iterable[str]) -> None:
        filed = [self._residents.filed[no] for no in numbers]
        receipts = [each.receipt for each in filed if each.receipt]
        self.found.unkept += [f"{each.no} was answered without a receipt" for each in filed if not each.receipt]
        self.found.unkept += self._outsider.unkept(receipts)
        self.found.checks_of_receipts += len(receipts)
        self._checked.update(each.no for each in filed)

    def _count(self) -> None:
        self.found.orders, self.found.commands = len(self._residents.filed), self._residents.commands
        self.found.unanswered = self._residents.unanswered
        self.found.receipts = len(self._checked)
        self.found.fetched, self.found.heads = self._outsider.fetched, len(self._outsider.seen)

    def _token(self) -> str:
        code, said = self.house.ended("user", "token", "--role", Role.SHIFT_LEADER.value)
        assert code == 0, self.house.errors()
        return said.strip()


Row = tuple[str, int, bytes | None, str | None, int | None, bytes | None, int, bool]
"""An order that stands: number, version, digest of the external id, channel, number there and tag of its receipt, how
many events, and whether words and key are there."""


def lost(rows: Iterable[Row], filed: Iterable[Filed], keys: Keys) -> list[str]:
    """What is wrong with acknowledged orders among those that stand, and with the numbers of all receipts."""
    standing = {row[0]: row for row in rows}
    by_external = {bytes(row[2]): no for no, row in standing.items() if row[2]}
    wrong = []
    for each in filed:
        row = standing.get(each.no)
        if row is None:
            wrong.append(f"{each.no} was acknowledged and is not there")
            continue
        _, version, _, channel, number, tag, events, whole = row
        if version < each.version or events != version or not whole:
            wrong.append(f"{each.no}: version {version} of {each.version}, {events} events, words and key: {whole}")
        if each.external and by_external.get(keys.digest("external", each.channel, each.external)) != each.no:
            wrong.append(f"{each.no} does not stand under its external id")
        given = each.receipt
        promised = given and (given.promise.channel, given.promise.number, given.tag)
        if promised and promised != (channel, number, bytes(tag or b"").hex()):
            wrong.append(f"{each.no}: its receipt says {promised}, the house {channel} {number}")
    return wrong + _gaps((row[3], row[4]) for row in standing.values())


def _gaps(receipts: Iterable[tuple[str | None, int | None]]) -> list[str]:
    """Channels whose receipts are not numbered 1, 2, 3, …"""
    numbers: dict[str, list[int]] = {}
    for channel, number in receipts:
        if channel is None or number is None:
            return ["an order has no receipt"]
        numbers.setdefault(channel, []).append(number)
    return [
        f"the numbers of {channel} have a gap or a double"
        for channel, given in sorted(numbers.items())
        if sorted(given) != list(range(1, len(given) + 1))
    ]


def _category_and_unit() -> tuple[str, str]:
    """A category and a unit that an order may be given."""
    from minsheng.ground import present

    pack = present.city()
    category = next(code for code, each in pack.taxonomy.categories.items() if each.is_leaf)
    return category, next(code for code, unit in pack.units.items() if unit.level == 3 and unit.kind == "township")
