"""The trust policy (信任规则): which log, which witnesses, and how many of them must have cosigned (C2SP tlog-policy).
Anyone may write their own; the line publishes one of k-of-n."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.keys import (
    COSIGNATURE,
    CosignatureVerifier,
    Ed25519Verifier,
    KeyRefused,
    Verifier,
    read_vkey,
    write_vkey,
)
from minsheng.account.log.notes import Note, NoteRefused

NONE = "none"
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class PolicyRefused(ValueError):
    """A policy file cannot be used; the message names line and cause."""


@dataclass(frozen=True, slots=True)
class Party:
    """A log or a witness: what checks its signatures, and its address if the policy gives one."""

    verifier: Ed25519Verifier
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group witnesses what at least `threshold` of its members witness."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint that satisfies a policy, and when each known witness of it cosigned, in POSIX seconds."""

    checkpoint: Checkpoint
    note: Note
    witnessed_at: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs, witnesses and groups by their names in the policy, and the quorum: a name, or "none"."""

    logs: tuple[Party, ...]
    witnesses: Mapping[str, Party]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, written: bytes) -> Policy:
        """Read a policy file. PolicyRefused if it breaks a rule of the format."""
        if _FORBIDDEN.search(written):
            raise PolicyRefused("a policy has no control characters but tab and newline")
        if not written.endswith(b"\n"):
            raise PolicyRefused("every line of a policy ends in newline: the last one may be cut off")
        reading = _Reading()
        for number, line in enumerate(written.decode("utf-8", "surrogateescape").split("\n"), start=1):
            items = re.split(r"[ \t]+", line.strip(" \t"))
            if not items[0] or items[0].startswith("#"):
                continue
            try:
                reading.take(items)
            except ValueError as error:
                raise PolicyRefused(f"line {number} of the policy: {error}") from error
        if reading.quorum is None:
            raise PolicyRefused("the policy has no quorum line: end it with “quorum none” or the name of a group")
        return cls(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum)

    def text(self) -> bytes:
        """The policy as a file."""
        lines = [f"log {write_vkey(each.verifier)}{_address(each)}" for each in self.logs]
        lines += [
            f"witness {name} {write_vkey(each.verifier)}{_address(each)}" for name, each in self.witnesses.items()
        ]
        lines += [f"group {name} {each.threshold} {' '.join(each.members)}" for name, each in self.groups.items()]
        return "".join(f"{line}\n" for line in [*lines, f"quorum {self.quorum}"]).encode("utf-8", "surrogateescape")

    def witnessed(self, by: Collection[str]) -> bool:
        """Whether cosignatures of the witnesses named meet the quorum."""
        return self.quorum == NONE or self._witnessed(self.quorum, by)

    def open(self, message: bytes, logs: Iterable[Verifier] = ()) -> Cosigned:
        """Open a checkpoint under this policy, with `logs` besides those the policy lists.

        NoteRefused unless a log whose key is called as the origin signed it and the quorum cosigned it."""
        log_keys = [*(each.verifier for each in self.logs), *logs]
        note = notes.open_note(message, [*log_keys, *(each.verifier for each in self.witnesses.values())])
        checkpoint = Checkpoint.parse(note.text)
        signed = {(each.name, each.key_id): each.signature for each in note.verified}
        if not any(key.name == checkpoint.origin and (key.name, key.key_id) in signed for key in log_keys):
            raise NoteRefused(f"no log of the policy called {checkpoint.origin!r} has signed the checkpoint")
        witnessed_at = {
            name: int.from_bytes(signed[key][:8], "big")
            for name, each in self.witnesses.items()
            if (key := (each.verifier.name, each.verifier.key_id)) in signed
        }
        if not self.witnessed(witnessed_at):
            by = "、".join(sorted(witnessed_at)) or "nobody"
            raise NoteRefused(f"the quorum {self.quorum!r} is not met: cosigned by {by}")
        return Cosigned(checkpoint, note, witnessed_at)

    def _witnessed(self, name: str, by: Collection[str]) -> bool:
        if name in self.witnesses:
            return name in by
        group = self.groups[name]
        return sum(self._witnessed(member, by) for member in group.members) >= group.threshold


class _Reading:
    """A policy half read."""

    def __init__(self) -> None:
        self.logs: list[Party] = []
        self.witnesses: dict[str, Party] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def take(self, items: list[str]) -> None:
        """One line. ValueError if it is wrong."""
        lines: dict[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        keyword, *rest = items
        least, most = {"log": (1, 2), "witness": (2, 3), "group": (3, None), "quorum": (1, 1)}.get(keyword, (0, -1))
        if keyword not in lines:
            raise ValueError(f"{keyword!r} is not log, witness, group or quorum")
        if len(rest) < least or (most is not None and len(rest) > most):
            raise ValueError(f"{keyword} has too few or too many items")
        lines[keyword](*rest)

    def _log(self, vkey: str, url: str | None = None) -> None:
        verifier = read_vkey(vkey)
        if isinstance(verifier, CosignatureVerifier):
            raise KeyRefused("a log signs with a key of type 0x01, this one is a witness's")
        if any(each.verifier.public == verifier.public for each in self.logs):
            raise ValueError("two logs have the same key")
        self.logs.append(Party(verifier, url))

    def _witness(self, name: str, vkey: str, url: str | None = None) -> None:
        self._new(name)
        verifier = read_vkey(vkey)
        if not isinstance(verifier, CosignatureVerifier):
            raise KeyRefused(f"a witness cosigns with a key of type 0x{COSIGNATURE:02x}")
        if any(each.verifier.public == verifier.public for each in self.witnesses.values()):
            raise ValueError("two witnesses have the same key")
        self.witnesses[name] = Party(verifier, url)

    def _group(self, name: str, threshold: str, *members: str) -> None:
        self._new(name)
        for member in members:
            if not self._known(member):
                raise ValueError(f"{member!r} is not defined above")
            if member in self._members:
                raise ValueError(f"{member!r} is a member twice")
            self._members.add(member)
        words = {"any": 1, "all": len(members)}
        if threshold not in words and not _THRESHOLD.fullmatch(threshold):
            raise ValueError(f"the threshold {threshold!r} is not all, any or a number")
        needed = words.get(threshold) or int(threshold)
        if needed > len(members):
            raise ValueError(f"the group has {len(members)} members, {needed} can never cosign")
        self.groups[name] = Group(needed, members)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise ValueError("there is a second quorum")
        if name != NONE and not self._known(name):
            raise ValueError(f"{name!r} is not defined above")
        self.quorum = name

    def _new(self, name: str) -> None:
        if name == NONE or self._known(name):
            raise ValueError(f"the name {name!r} is taken")

    def _known(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups


def _address(party: Party) -> str:
    return f" {party.url}" if party.url else ""
