"""Governance actions (治理行动) with a known effect, chosen at random or because last month was bad.

The effect works by thinning: of the requests that the cells of an action would have made, each is kept, dropped or
said under a sibling category, by chance. So the truth knows both counts, what happened and what would have happened
without the action; an action that chose the worst places of last month meets regression to the mean as in life."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from enum import StrEnum

from minsheng.sim.chance import Chance
from minsheng.sim.demand import Leaf
from minsheng.sim.place import Place

LOOK_BACK = 30
TOWNSHIPS = 12
QUIET = 60
"""Days at the beginning and the end of a run in which no action begins, as far as the run is long enough."""


class Effect(StrEnum):
    """What an action truly does to the requests of its cells."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"
    DELAYED = "delayed"
    DISPLACED = "displaced"


DROP = {Effect.NONE: 0.0, Effect.PARTIAL: 0.20, Effect.FULL: 0.85, Effect.DELAYED: 0.50, Effect.DISPLACED: 0.60}
DELAY = {Effect.DELAYED: 45}
MOVED = {Effect.DISPLACED: 0.75}
"""Of the requests dropped, the share that comes back under a sibling category."""


@dataclass(slots=True)
class Intervention:
    """One action: a second-level category in some townships from a day on."""

    id: int
    day: int
    category: str
    leaves: frozenset[int]
    siblings: tuple[int, ...]
    townships: frozenset[int]
    chosen: str
    effect: Effect
    expected: int = 0
    happened: int = 0
    moved: int = 0
    before: int = 0

    @property
    def dropped(self) -> float:
        """Share of requests that it takes away once it works."""
        return DROP[self.effect]

    @property
    def delay(self) -> int:
        """Days until it works."""
        return DELAY.get(self.effect, 0)

    @property
    def share_moved(self) -> float:
        """Of the requests taken away, the share that comes back under a sibling category."""
        return MOVED.get(self.effect, 0.0)

    def share_dropped(self, day: int) -> float:
        """Share of requests that the action takes away on a day."""
        return self.dropped if day >= self.day + self.delay else 0.0


@dataclass(slots=True)
class _Past:
    """Requests of the last month by (second-level category, township)."""

    days: deque[Counter[tuple[str, int]]] = field(default_factory=lambda: deque(maxlen=LOOK_BACK))
    total: Counter[tuple[str, int]] = field(default_factory=Counter)

    def add(self, day: Counter[tuple[str, int]]) -> None:
        if len(self.days) == LOOK_BACK:
            self.total.subtract(self.days[0])
        self.days.append(day)
        self.total.update(day)


class Interventions:
    """The actions of a run: when they begin, whom they choose, and what they do to requests."""

    def __init__(self, count: int, days: int, leaves: tuple[Leaf, ...], place: Place, chance: Chance) -> None:
        self._leaves, self._place = leaves, place
        self._random = chance.stream("interventions")
        self._thin = chance.stream("thinning")
        quiet = min(QUIET, days // 4)
        starts = sorted(self._random.randrange(quiet, max(days - quiet, quiet + 1)) for _ in range(count))
        self._due = deque(starts)
        self._next_effect = self._shuffled_effects(count)
        self.all: list[Intervention] = []
        self._past = _Past()
        self._today: Counter[tuple[str, int]] = Counter()
        self._by_parent: dict[str, list[int]] = {}
        for leaf in leaves:
            self._by_parent.setdefault(leaf.category.parent, []).append(leaf.index)
        self._parents = [p for p, members in self._by_parent.items() if any(leaves[m].matters for m in members)]

    def _shuffled_effects(self, count: int) -> list[tuple[str, Effect]]:
        """Every effect under both ways of choosing, in turn, in an order of chance."""
        pairs = [(chosen, effect) for effect in Effect for chosen in ("random", "worst")]
        plan: list[tuple[str, Effect]] = []
        while len(plan) < count:
            plan += self._random.sample(pairs, len(pairs))
        return plan[:count]

    def begin(self, day: int) -> None:
        """The morning of a day: yesterday is counted; actions due begin."""
        self._past.add(self._today)
        self._today = Counter()
        while self._due and self._due[0] <= day:
            self._due.popleft()
            self._start(day)

    def _start(self, day: int) -> None:
        chosen, effect = self._next_effect[len(self.all)]
        taken = {(p, t) for i in self.all for p in (i.category,) for t in i.townships}
        worst = [
            cell
            for cell, n in sorted(self._past.total.items(), key=lambda c: (-c[1], c[0]))
            if n > 0 and cell not in taken
        ]
        if chosen == "worst" and worst:
            parent = self._random.choice([c[0] for c in worst[: max(3, len(worst) // 50)]])
            townships = [t for p, t in worst if p == parent][:TOWNSHIPS]
        else:
            parent = self._random.choice([p for p, n in sorted(self._busy().items()) if n])
            free = [t for t in range(len(self._place.townships)) if (parent, t) not in taken]
            townships = self._random.sample(free, min(TOWNSHIPS, len(free)))
        members = self._by_parent[parent]
        siblings = tuple(m for p in self._parents if p != parent and p[:2] == parent[:2] for m in self._by_parent[p])
        self.all.append(
            Intervention(
                id=len(self.all) + 1, day=day, category=parent, leaves=frozenset(members),
                siblings=siblings or tuple(members), townships=frozenset(townships), chosen=chosen, effect=effect,
                before=sum(self._past.total[parent, t] for t in townships),
            )
        )  # fmt: skip

    def _busy(self) -> Counter[str]:
        """Requests of the last month by category, those with enough to measure."""
        found: Counter[str] = Counter(dict.fromkeys(self._parents, 1))
        for (parent, _), n in self._past.total.items():
            found[parent] += n
        floor = sorted(found.values())[len(found) // 2]
        return Counter({p: n for p, n in found.items() if n >= floor})

    def let_through(self, leaf: int, township: int, day: int) -> int | None:
        """The category under which a request is made: its own, a sibling's, or None when it is not made at all."""
        parent = self._leaves[leaf].category.parent
        for action in self.all:
            if action.category == parent and township in action.townships:
                action.expected += 1
                if self._thin.random() < action.share_dropped(day):
                    if self._thin.random() >= action.share_moved:
                        return None
                    action.moved += 1
                    leaf = self._thin.choice(action.siblings)
                else:
                    action.happened += 1
                break
        self._today[self._leaves[leaf].category.parent, township] += 1
        return leaf
