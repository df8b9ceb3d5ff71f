"""The tally of a load (负载统计): what became of every message, and how long people waited.

Waiting is counted from the moment at which a message was due, not from when a connection was free to carry it: a load
that holds back while the house is slow leaves the worst waits out (Gil Tene, "How NOT to Measure Latency": coordinated
omission). The time from the send itself stands beside it; the difference is the queue before the house."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FILE = "file"
"""The name of filing a request among commands."""
LATE = 0.010
"""Seconds after which a send counts as late."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. Moments in seconds after the beginning; `sent` None when its turn never came, and
    `status` None when no answer came; `code` is why it was refused; `times` how often it was sent."""

    command: str
    due: float
    sent: float | None
    done: float
    status: int | None = None
    code: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Waits:
    """Percentiles of waiting, in milliseconds; all zero when nobody waited."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    longest: float = 0.0

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Waits:
        """Of so many waits."""
        ordered = sorted(1000 * s for s in seconds)
        if not ordered:
            return cls()
        return cls(*(percentile(ordered, share) for share in (0.50, 0.95, 0.99, 1.0)))

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} ms, p95 {self.p95:.1f} ms, p99 {self.p99:.1f} ms, longest {self.longest:.1f} ms"


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed (nearest rank; `ordered` not empty)."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts and waits of all messages with one command. Each message is in exactly one of acknowledged (201; for a
    command 200), repeated (200 to a filing: it had come before), refused (4xx), failed (5xx and other), unanswered and
    never_sent; `sent_again` and `late` are counted among these."""

    planned: int
    acknowledged: int
    repeated: int
    refused: Mapping[str, int]
    failed: int
    unanswered: int
    never_sent: int
    sent_again: int
    late: int
    since_due: Waits
    since_sent: Waits
    last: float

    @property
    def sent(self) -> int:
        """Messages that were sent, each counted once."""
        return self.planned - self.never_sent

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Tally:
        """Of these outcomes. A message that was never sent or answered has waited until it was given up."""
        new = 201 if outcomes and outcomes[0].command == FILE else 200
        fates = Counter(_fate(o, new) for o in outcomes)
        went = [(o, o.sent) for o in outcomes if o.sent is not None]
        return cls(
            planned=len(outcomes),
            acknowledged=fates["acknowledged"],
            repeated=fates["repeated"],
            refused=dict(sorted(Counter(o.code for o in outcomes if _fate(o, new) == "refused").items())),
            failed=fates["failed"],
            unanswered=fates["unanswered"],
            never_sent=fates["never_sent"],
            sent_again=sum(o.times > 1 for o in outcomes),
            late=sum(sent - o.due > LATE for o, sent in went),
            since_due=Waits.of(o.done - o.due for o in outcomes),
            since_sent=Waits.of(o.done - sent for o, sent in went),
            last=max((o.done for o in outcomes), default=0.0),
        )

    def fates(self) -> str:
        """What became of them, in words; what did not happen is left out."""
        parts = [
            *((f"{n} refused ({code})") for code, n in self.refused.items()),
            *(
                f"{n} {what}"
                for what, n in (
                    ("failed (5xx)", self.failed),
                    ("unanswered", self.unanswered),
                    ("never sent", self.never_sent),
                )
                if n
            ),
        ]
        return ", ".join(parts) or "none refused, failed or unanswered"


def _fate(o: Outcome, new: int) -> str:
    if o.sent is None:
        return "never_sent"
    if o.status is None:
        return "unanswered"
    if o.status == new:
        return "acknowledged"
    if o.status == 200:
        return "repeated"
    return "refused" if 400 <= o.status < 500 else "failed"


@dataclass(frozen=True, slots=True)
class Look:
    """The look at acknowledged requests when all is over: of `looked`, how many were not there, and how many look-ups
    had no answer that tells."""

    looked: int
    lost: int
    unsure: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did: `rate` a second for `seconds`, as it was asked for; the tally of filing and of each command."""

    url: str
    city: str
    rate: float
    seconds: float
    connections: int
    filed: Tally
    after: Mapping[str, Tally]
    look: Look

    @classmethod
    def of(
        cls, outcomes: Sequence[Outcome], look: Look, *, url: str, city: str, rate: float, seconds: float,
        connections: int,
    ) -> Report:  # fmt: skip
        """From what became of every message."""
        names = sorted({o.command for o in outcomes} - {FILE})
        return cls(
            url, city, rate, seconds, connections,
            Tally.of([o for o in outcomes if o.command == FILE]),
            {name: Tally.of([o for o in outcomes if o.command == name]) for name in names},
            look,
        )  # fmt: skip

    @property
    def lost(self) -> int:
        """Acknowledged requests that the last look did not find."""
        return self.look.lost

    @property
    def took(self) -> float:
        """Seconds from the beginning until the last filing had its answer, at least those asked for."""
        return max(self.seconds, self.filed.last)

    @property
    def rate_reached(self) -> float:
        """Requests acknowledged a second."""
        return (self.filed.acknowledged + self.filed.repeated) / self.took

    @property
    def sound(self) -> bool:
        """Whether something was acknowledged and every look at it found it."""
        return self.look.looked > 0 and self.look.lost == self.look.unsure == 0

    def words(self) -> str:
        """The report for people."""
        f, k = self.filed, self.look
        held = f.acknowledged + f.repeated
        lines = [
            f"模拟数据 simulated data: requests of {self.city} to {self.url} over {self.connections} connections",
            f"filed: {f.sent} of {f.planned} sent; {f.acknowledged} acknowledged (201), {f.repeated} repeated (200); "
            + f.fates(),
            f"rate: {held} acknowledged in {self.took:.1f} s = {self.rate_reached:.1f} a second; "
            f"asked for {self.rate:g} a second for {self.seconds:g} s, {f.planned} came up",
            f"waited since due: {f.since_due}",
            f"waited since sent: {f.since_sent}",
            f"late: {f.late} of {f.sent} sent more than {LATE * 1000:.0f} ms after they were due; "
            f"{f.sent_again} of {f.sent} sent again for want of an answer",
        ]
        lines += [
            f"{name}: {t.acknowledged} of {t.planned} done; {t.fates()}; p95 {t.since_due.p95:.1f} ms since due"
            for name, t in self.after.items()
        ]
        lines.append(
            f"lost: {k.lost} of {k.looked} looked up at the end (of {held} acknowledged); {k.unsure} without an answer"
        )
        return "\n".join(lines)
