"""Checks a monthly release (公开包) of the open ledger (阳光账本) against the log, from public files alone.

    python verify.py --log URL|DIR --release YYYY-MM.jsonl.gz [--policy FILE] [--receipt FILE] [--seen CHECKPOINT]

Needs Python 3.11 and `cryptography`, and shares no code with the house whose figures it checks. Every leaf is made
again from its line, compared with the log's and counted; the tree over the leaves must have the root that was signed.
Prints the rates with both sides of each ratio and exits 0, or names the first fault and exits 1."""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import hmac
import json
import re
import sys
import urllib.request
import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OUTCOMES = ["open", "resolved", "unresolved", "unsaid", "excluded", "withdrawn", "merged"]
COLUMNS = [*OUTCOMES, "intake", "arrived", "left", "joined", "on_time", "judged", "second"]
AT = {name: at for at, name in enumerate(COLUMNS)}
HEADER = {"format", "city", "log", "month", "from", "to", "k", "previous", "metrics", "carried", "joined"}
MOVE, MATTER, PLACE = "cohort from to on_time second reason", "category channel", "street category week"
FIELDS = [*(set(names.split()) for names in (MOVE, "agency", "agency", MATTER, PLACE)), None]
ORDERS, INTAKE, BALLOT, RELEASE, METRIC, SEALED = {1, 2, 3, 4, 5}, 1, 6, 7, 12, 13
GRADES = ["very_satisfied", "satisfied", "basically", "dissatisfied", "very_dissatisfied"]
EMPTY: dict[str, Any] = {"month": "", "size": 0, "tally": [], "metrics": []}
encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def need(right: Any, sentence: str) -> Any:
    """`right` if it is; else the program ends with the sentence."""
    return right or sys.exit(sentence)


def sha(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


class Log:
    """The files of a log of `size` leaves (C2SP tlog-tiles)."""

    def __init__(self, where: str) -> None:
        self.where = where.rstrip("/") if where.startswith(("http://", "https://")) else Path(where).resolve().as_uri()
        self.size, self.kept = 0, dict[int | None, tuple[int, bytes]]()

    def read(self, path: str) -> bytes | None:
        try:
            with urllib.request.urlopen(f"{self.where}/{path}", timeout=30) as answer:
                return bytes(answer.read())
        except OSError:
            return None

    def tile(self, level: int | None, number: int) -> bytes:
        """A tile of hashes, or the bundle of entries when `level` is None."""
        if level not in self.kept or self.kept[level][0] != number:
            digits = str(number).zfill(-(-len(str(number)) // 3) * 3)
            path = f"tile/{'entries' if level is None else level}/" + re.sub(r"(\d{3})(?=\d)", r"x\1/", digits)
            width = min(256, (self.size >> 8 * (level or 0)) - number * 256)
            content = self.read(f"{path}.p/{width}") if width < 256 else None
            content = need(content or self.read(path), f"The log's file {path} is missing or cannot be read.")
            self.kept[level] = number, content
        return self.kept[level][1]

    def node(self, level: int, place: int) -> bytes:
        """The hash over the leaves place · 2**level … of a complete subtree."""
        number, at = divmod(place << level % 8, 256)
        return top(self.tile(level // 8, number)[at * 32 : at * 32 + (32 << level % 8)])

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Leaves of forty bytes, each after its length."""
        for index in range(start, stop):
            at = index % 256 * 42
            entry = self.tile(None, index // 256)[at : at + 42]
            need(len(entry) == 42 and entry[:2] == b"\x00\x28", f"The log's entry {index} is not a leaf.")
            yield entry[2:]


def top(hashes: bytes) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > 32:
        hashes = b"".join([sha(b"\x01" + hashes[at : at + 64]) for at in range(0, len(hashes), 64)])
    return hashes


def tree_roots(log: Log, first: int, hashes: bytes, old_size: int = 0) -> tuple[bytes, bytes]:
    """The roots of the log and of its first `old_size` leaves (RFC 6962 §2.1), from the same subtrees: those within the
    leaves from `first` on, whose hashes are given, are made from these; the log's tiles tell the others."""
    last = first + len(hashes) // 32

    def over(start: int, stop: int) -> bytes:
        width = stop - start
        if width & (width - 1) == 0 and not any(start < cut < stop for cut in (first, last, old_size)):
            inside = first <= start and stop <= last
            own = hashes[(start - first) * 32 : (stop - first) * 32] if inside else b""
            return top(own) if inside else log.node(width.bit_length() - 1, start // width)
        middle = start + (1 << (width - 1).bit_length() - 1)
        return sha(b"\x01" + over(start, middle) + over(middle, stop))

    level, here, part = 0, first, hashes
    while part:
        said = b"".join([log.node(level, here + at) for at in range(len(part) // 32)])
        need(said == part, f"A tile of level {level // 8} is not what the leaves hash to.")
        above = -(-here // 256)
        full = range((above * 256 - here) * 32, len(part) - 8191, 8192)
        level, here, part = level + 8, above, b"".join([top(part[at : at + 8192]) for at in full])
    return over(0, log.size) if log.size else sha(b""), over(0, old_size) if old_size else sha(b"")


class Policy:
    """Whose signatures count (C2SP tlog-policy)."""

    def __init__(self, written: bytes) -> None:
        lines = [line.split() for line in written.decode().splitlines() if line.strip() and line.strip()[0] != "#"]
        need(all(line[0] in ("log", "witness", "group", "quorum") for line in lines), "The policy has a strange line.")
        self.logs = [self.key(line[1]) for line in lines if line[0] == "log"]
        self.witnesses = {line[1]: self.key(line[2]) for line in lines if line[0] == "witness"}
        self.groups = {line[1]: line[2:] for line in lines if line[0] == "group"}
        (self.quorum,) = [line[1] for line in lines if line[0] == "quorum"]

    def key(self, vkey: str) -> tuple[str, bytes, bytes]:
        """Name, key id, and type with public key."""
        name, key_id, written = vkey.split("+", 2)
        material = base64.b64decode(written, validate=True)
        fits = sha(name.encode() + b"\n" + material)[:4].hex() == key_id.lower() and len(material) == 33
        need(fits and material[0] in (1, 4), f"The key {vkey} in the policy is not one.")
        return name, bytes.fromhex(key_id), material

    def met(self, name: str, by: dict[str, int]) -> bool:
        """Whether the witnesses `by` are enough for a quorum."""
        if name not in self.groups:
            return name == "none" or name in by
        number, *members = self.groups[name]
        return sum(self.met(each, by) for each in members) >= int({"any": 1, "all": len(members)}.get(number, number))

    def open(self, message: bytes) -> tuple[str, int, bytes, dict[str, int]]:
        """Origin, size and root of a checkpoint, and when each known witness cosigned (C2SP tlog-checkpoint)."""
        text, gap, lines = message.rpartition(b"\n\n")
        need(gap and lines.endswith(b"\n"), "The checkpoint is not a signed note.")
        signed: dict[tuple[str, bytes], bytes] = {}
        for line in lines.decode().splitlines():
            dash, name, written = line.split(" ")
            content = base64.b64decode(written, validate=True)
            signed.setdefault((need(dash == "—" and name, "A signature is not one."), content[:4]), content[4:])

        def second(key: tuple[str, bytes, bytes]) -> int:
            """When the key signed, 0 for a log's."""
            at, signature, said = 0, signed[key[:2]], text + b"\n"
            if key[2][0] == 4:
                at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
                said = b"cosignature/v1\ntime %d\n" % at + said
            Ed25519PublicKey.from_public_bytes(key[2][1:]).verify(signature, said)
            return at

        origin, size, written_root = text.decode().split("\n")[:3]
        own = [second(key) for key in self.logs if key[0] == origin and key[:2] in signed]
        need(own, f"No log of the policy called {origin} has signed the checkpoint.")
        times = {name: second(key) for name, key in self.witnesses.items() if key[:2] in signed}
        need(self.met(self.quorum, times), "Too few witnesses have cosigned the checkpoint.")
        return origin, int(size), base64.b64decode(written_root), times


def make_leaf(line: dict[str, Any]) -> bytes:
    """The forty bytes that a line makes; [hash] is a shut group, [salt, fields] an opened one, and of a sealed answer,
    which counts for nothing, the line has the bare commitment."""
    c = b"vs1/leaf"
    for at, (written, *fields) in enumerate(line["g"]):
        salt = bytes.fromhex(written)
        need(salt.hex() == written and len(salt) == (16 if fields else 32), "A salt or hash is not lower-case hex.")
        c += sha(b"vs1/%d" % at + salt + encode(*fields).encode()) if fields else salt
    day = date.fromisoformat(line["d"]) - date(1970, 1, 1)
    return bytes([1, line["k"]]) + day.days.to_bytes(2) + bytes(4) + (salt if line["k"] == SEALED else sha(c))


def lines_of(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rb") as unzipped:
        for raw in unzipped:
            content = json.loads(raw)
            need(type(content) is dict and (encode(content) + "\n").encode() == raw, "A line is not canonical JSON.")
            yield content


class Release:
    """A release read and counted."""

    def __init__(self, file: Path, log: Log, origin: str, since: int) -> None:
        self.log, self.since, self.hashes, self.places = log, since, bytearray(), dict[bytes, int]()
        self.ballots, self.trackers = defaultdict[Any, list[int]](lambda: [0] * 5), set[str]()
        self.latest, self.earliest = date.min, date.max
        lines = lines_of(file)
        self.header = head = next(lines, EMPTY)
        need(head.keys() == HEADER and head["format"] == "minsheng/release/v1", "The release has no header.")
        need(head["log"] == origin, f"The release is of the log {head['log']}, the checkpoint of {origin}.")
        whole = all(type(head[name]) is int for name in ("from", "to", "k")) and head["k"] >= 10
        need(whole and 0 <= head["from"] <= head["to"] <= log.size, "The header's k or its range is none.")
        self.carry(head["carried"])
        for index, entry in enumerate(log.entries(head["from"], head["to"]), head["from"]):
            line = next(lines, EMPTY)
            need(line.get("i") == index, f"Leaf {index} is not in the release where it should be.")
            self.take(index, entry, line)
        self.close(next(lines, EMPTY))
        need(next(lines, None) is None, "Something follows the release's trailer.")

    def carry(self, state: dict[str, Any]) -> None:
        head = self.header
        begins = state.keys() == EMPTY.keys() and state["size"] == head["from"] and state["month"] < head["month"]
        begins = begins and (state == EMPTY) == (head["previous"] is None) and date.fromisoformat(head["month"] + "-01")
        need(begins, "The release does not begin where the last one ended.")
        self.tally = defaultdict(lambda: [0] * len(COLUMNS), {(row[0], row[1]): row[2:] for row in state["tally"]})
        need(len(self.tally) == len(state["tally"]), "The carried balances have a row twice.")
        self.metrics, self.told = list(state["metrics"]), state == EMPTY
        for cohort, agency, *standing in head["joined"]:
            need(agency and (cohort, agency) not in self.tally, f"{agency!r} of {cohort} is named twice.")
            row, number = self.tally[cohort, agency], sum(standing)
            row[:7], row[AT["arrived"]], row[AT["joined"]] = standing, number, number
            if number:
                pool = self.tally[cohort, ""]
                pool[AT["left"]] += number
                pool[:7] = [have - less for have, less in zip(pool[:7], standing, strict=True)]
        self.balanced("carried")

    def take(self, index: int, entry: bytes, line: dict[str, Any]) -> None:
        groups, kind = line["g"], line["k"]
        opened = len(groups[0]) == (1 if kind == SEALED else 2) and (kind in ORDERS or len(groups) == 1)
        need(opened and len(line) == 4 and 1 <= kind <= SEALED, f"Leaf {index} is not opened as its kind must be.")
        packed, day = make_leaf(line), date.fromisoformat(line["d"])
        need(packed == entry, f"Leaf {index} as the release opens it is not the one in the log.")
        need(self.places.setdefault(packed[8:], index) == index, f"Leaf {index} opens what another has opened already.")
        need(kind != METRIC or day >= self.latest, f"Leaf {index} defines a metric and is dated before earlier leaves.")
        self.hashes += sha(b"\x00" + packed)
        self.latest, self.earliest = max(self.latest, day), min(self.earliest, day if index >= self.since else date.max)
        fields, carried = groups[0][-1], self.header["carried"]
        if kind in ORDERS:
            self.move(index, [group[1] if len(group) == 2 else None for group in groups])
        elif kind == BALLOT:
            self.vote(index, fields)
        elif kind == METRIC:
            self.metrics.append([index, line["d"], fields["metric"], fields["version"], fields["sha256"]])
        elif kind == RELEASE:
            said = [fields.get(name) for name in ("release", "month", "to", "closing")]
            want = [self.header["previous"], carried["month"], carried["size"], sha(encode(carried).encode()).hex()]
            need(not self.told and said == want, "What is carried over is not what the last release committed to.")
            self.told = True

    def move(self, index: int, groups: list[Any]) -> None:
        shape = all(g is None or g.keys() == names for g, names in zip(groups, FIELDS, strict=True))
        opened = [g is not None for g in groups[2:5]]
        need(shape and opened == sorted(opened, reverse=True), f"Leaf {index} opens other fields than the format has.")
        move, giver, taker = groups[0], *("" if g is None else g["agency"] for g in groups[1:3])
        before, after, on_time, cohort = move["from"], move["to"], move["on_time"], move["cohort"]
        right = before in [None, *OUTCOMES] and after in OUTCOMES and (before is None) == (giver is None)
        right = right and type(move["second"]) is bool and (on_time is None or (before and type(on_time) is bool))
        need(right and taker is not None, f"Leaf {index} moves an order in a way that there is not.")
        for group, agency in zip(groups[1:3], (giver, taker), strict=True):
            known = group is None or agency is None or (agency and (cohort, agency) in self.tally)
            need(known, f"Leaf {index} names {agency} of {cohort}, which is not among the named.")
        to = self.tally[cohort, taker]
        to[AT[after]] += 1
        to[AT["arrived"]] += giver != taker
        to[AT["intake"]] += giver is None
        if giver is not None:
            at = self.tally[cohort, giver]
            at[AT[before]] -= 1
            at[AT["left"]] += giver != taker
            at[AT["judged"]] += on_time is not None
            at[AT["on_time"]] += on_time is True
            at[AT["second"]] += move["second"]

    def vote(self, index: int, ballot: dict[str, str]) -> None:
        tracker, period, agency, answer = texts = [ballot[name] for name in ("tracker", "period", "agency", "answer")]
        right = len(ballot) == 4 and all(type(text) is str and text for text in texts) and answer in GRADES
        need(right and tracker not in self.trackers, f"Leaf {index} is no ballot, or has another's tracker.")
        self.trackers.add(tracker)
        self.ballots[period, agency][GRADES.index(answer)] += 1

    def balanced(self, when: str) -> None:
        """No count below nought; arrived less left, and intake of a cohort, are what stands."""
        rest: dict[str, int] = {}
        for (cohort, agency), row in self.tally.items():
            right = len(row) == len(COLUMNS) and all(type(each) is int and each >= 0 for each in row)
            right = right and sum(row[:7]) == row[AT["arrived"]] - row[AT["left"]]
            need(right, f"The {when} balances of {agency or 'the unnamed'} of {cohort} do not add up.")
            rest[cohort] = rest.get(cohort, 0) + row[AT["intake"]] - sum(row[:7])
        need(not any(rest.values()), f"The {when} outcomes of a cohort are not its intake.")

    def close(self, trailer: dict[str, Any]) -> None:
        head = self.header
        need(self.told, "The leaf of the last release is not where this one must open it.")
        self.balanced("closing")
        small = [key for key, row in self.tally.items() if key[1] and row[AT["arrived"]] < head["k"]]
        need(not small, f"{small[:1]} is named with fewer than k orders.")
        for (period, agency), row in self.ballots.items():
            right = sum(row) >= 10 and (agency == "city" or 0 < sum(row[:3]) < sum(row))
            need(right, f"{agency} is named in {period} with fewer than ten ballots, or with all good or all bad.")
        tally, ballots = ([[*key, *rows[key]] for key in sorted(rows)] for rows in (self.tally, self.ballots))
        self.closing = {"month": head["month"], "size": head["to"], "tally": tally, "metrics": self.metrics}
        before = [row for row in self.metrics if row[1] < f"{head['month']}-01"]
        self.late, self.rates = not before, self.count({row[2]: row[3:] for row in before or self.metrics[::-1]})
        found = {"closing": self.closing, "late": self.late, "ballots": ballots, "rates": self.rates}
        need(trailer.keys() == found.keys(), f"The release has other leaves than those up to {head['to']}.")
        for name, value in found.items():
            need(encode(trailer[name]) == encode(value), f"The release's {name} are not what its leaves say.")

    def count(self, logged: dict[str, list[Any]]) -> list[list[Any]]:
        """Every rate, by the definitions `logged` and no others: [version, SHA-256 of the text] by name."""
        metrics, rates = [], []
        for text in self.header["metrics"]:
            given = dict(line.split(": ", 1) for line in text.split("\n")[1:-1])
            same = logged.pop(given["name"], []) == [int(given["version"]), sha(text.encode()).hex()]
            need(same, f"The formula of {given['name']} is not the one that the log has for the month.")
            sides = [given[side].split(" + ") if given[side] else [] for side in ("part", "whole", "left out")]
            metrics.append((given["name"], sides))
        need(not logged, f"The release leaves out the metrics {sorted(logged)}.")
        for counts, names in ((self.tally, COLUMNS), (self.ballots, GRADES)):
            for cohort in sorted({key[0] for key in counts}):
                rows = [(key[1], counts[key]) for key in sorted(counts) if key[0] == cohort]
                city = [sum(column) for column in zip(*(row for _, row in rows), strict=True)]
                for agency, row in [("*", city), *rows]:
                    of = dict(zip(names, row, strict=True))
                    for name, sides in metrics:
                        if sides[1][0] in of:
                            rates.append([cohort, agency, name, *(sum(of[each] for each in side) for side in sides)])
        return rates

    def kept(self, receipt: str) -> int:
        """Where the intake stands whose commitment is in a receipt, given as its whole address."""
        promise = base64.urlsafe_b64decode(receipt.rpartition("#")[2].split(".")[2] + "==")
        at = self.places.get(promise[12:44], -1)
        need(at >= 0, "The release has no leaf of the receipt: give that of its month, or the promise is broken.")
        need(next(self.log.entries(at, at + 1))[1] == INTAKE, f"Leaf {at} of the receipt is not an intake.")
        return at

    def own_leaf(self, digest: bytes) -> int | None:
        """Where the log commits to this file, if it does yet."""
        fields = {name: self.header[name] for name in ("month", "from", "to", "previous")}
        fields |= {"release": digest.hex(), "closing": sha(encode(self.closing).encode()).hex()}
        salt = hmac.new(digest, b"vs1/salt/0\x01", "sha256").digest()[:16]
        wanted = sha(b"vs1/leaf" + sha(b"vs1/0" + salt + encode(fields).encode()))
        for index, entry in enumerate(self.log.entries(fields["to"], self.log.size), fields["to"]):
            self.hashes += sha(b"\x00" + entry)
            if entry[1:2] == bytes([RELEASE]):
                need(entry[8:] == wanted, f"The release is not the file to which leaf {index} of the log committed.")
                return index
        return None


def check(asked: argparse.Namespace) -> Iterator[str]:
    """Everything; what was found, line by line, after it was found right."""
    log, file = Log(asked.log), Path(asked.release)
    written = Path(asked.policy).read_bytes() if asked.policy else log.read("policy")
    policy = Policy(written or b"log %bquorum none\n" % need(log.read("key"), "The log has no policy: give --policy."))
    yield "" if asked.policy else "the log itself said whose signatures count: that proves no more than consistency"
    origin, log.size, tree, times = policy.open(need(log.read("checkpoint"), "The log has no checkpoint."))
    nothing = origin, 0, sha(b""), dict[str, int]()
    _, since, seen_root, before = policy.open(Path(asked.seen).read_bytes()) if asked.seen else nothing
    need(since <= log.size, f"The log had {since} leaves when seen and has {log.size} now: it was put back.")
    release = Release(file, log, origin, since)
    own = release.own_leaf(sha(file.read_bytes()))
    found, old = tree_roots(log, release.header["from"], bytes(release.hashes), since)
    need(found == tree, "The leaves do not have the root that was signed.")
    need(old == seen_root, f"The log is another than the one of {since} leaves that was seen.")
    last, first = (datetime.fromtimestamp(max([0, *t.values()]), UTC).date() for t in (times, before))
    need(not times or release.latest <= last + timedelta(days=1), "A leaf is dated after the log was cosigned.")
    need(not before or release.earliest >= first - timedelta(days=31), "A leaf is dated long before it was logged.")
    kept = release.kept(Path(asked.receipt).read_text()) if asked.receipt else None
    yield f"{release.header['month']}: {len(release.places)} leaves from {release.header['from']} on agree with the log"
    for cohort, agency, name, part, whole, left_out in release.rates:
        yield f"{cohort} {agency or '(unnamed)'} {name}: {part}/{whole}, left out {left_out}"
    yield "no metric was defined before the month began: these are the first that came after" if release.late else ""
    for cohort, agency in sorted(key for key, row in release.tally.items() if row[AT["joined"]]):
        yield f"{cohort} {agency}: {release.tally[cohort, agency][AT['joined']]} orders came unproven from the unnamed"
    yield "the log does not commit to the file yet" if own is None else f"the file is leaf {own} of the log"
    yield "" if kept is None else f"the receipt is kept: leaf {kept}"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--log", "--release", "--policy", "--receipt", "--seen"):
        asked.add_argument(name, required=name in ("--log", "--release"))
    try:
        print("\n".join(filter(None, check(asked.parse_args()))))
    except InvalidSignature:
        sys.exit("A signature under the checkpoint is wrong.")
    except (OSError, EOFError, zlib.error, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        sys.exit(f"A file is malformed or cannot be read: {error!r}.")


if __name__ == "__main__":
    main()
