"""`audit`: the auditor's own hands on the sealed ballots (审计核票). `key` makes the pair and needs no house, `box` is
run by the house and seals for the public key, `ballots` opens the box and compares it with the log and the releases as
anybody can fetch them."""

from __future__ import annotations

import argparse
import base64
import json
import os
import urllib.error
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.policy import NONE, Policy, PolicyRefused
from minsheng.account.log.tiles import CHECKPOINT, Read, Tiles, at_address, in_folder
from minsheng.account.releases.lines import Line, LineRefused
from minsheng.account.releases.lines import read as lines_of
from minsheng.core.ledger import Leaf, LeafKind
from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake

KEY_BYTES = 32


def arguments(sub: argparse.ArgumentParser) -> None:
    """The words of `audit`."""
    sub.add_argument("what", choices=["key", "box", "ballots"])
    sub.add_argument("--out", type=Path, metavar="FILE", help="key: the private key; box: the sealed box")
    sub.add_argument("--to", metavar="PUBLIC", help="box: the auditor's public key, or a file with it")
    sub.add_argument("--box", type=Path, metavar="FILE", help="ballots: the sealed box")
    sub.add_argument("--key", type=Path, metavar="FILE", help="ballots: the auditor's private key")
    sub.add_argument("--log", metavar="URL|DIR", help="ballots: the log's files: its address, or a folder")
    sub.add_argument(
        "--release", type=Path, nargs="*", default=[], metavar="FILE",
        help="ballots: all releases; default those beside the log",
    )  # fmt: skip
    sub.add_argument("--policy", type=Path, metavar="FILE", help="ballots: whose signatures count (C2SP tlog-policy)")


def audit(args: argparse.Namespace) -> int:
    """Make the auditor's keys, seal the box, or open it and compare: 0 when ballots and answers agree, 1 and the first
    fault when they do not."""
    wanted = {"key": ("out",), "box": ("to", "out"), "ballots": ("box", "key", "log")}[args.what]
    if missing := [name for name in wanted if not getattr(args, name)]:
        raise Mistake(f"audit {args.what} needs --{missing[0]}: run minsheng audit --help")
    verbs = {"key": _key, "box": _box, "ballots": _ballots}
    return verbs[args.what](args)


def _key(args: argparse.Namespace) -> int:
    """The pair: the private key to a file that only its owner reads, the public one to the screen."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.generate()
    try:
        file = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Mistake(f"{args.out} is there already: a key is never overwritten; give another --out") from error
    with os.fdopen(file, "wb") as out:
        out.write(base64.b64encode(private.private_bytes_raw()) + b"\n")
    print(base64.b64encode(private.public_key().public_bytes_raw()).decode())
    return 0


def _box(args: argparse.Namespace) -> int:
    """Seal every answer and every ballot."""
    public = Path(args.to).read_text("utf-8") if Path(args.to).is_file() else args.to
    with house(args.data):
        from minsheng.account.audit import boxes
        from minsheng.core import Refused

        try:
            content, told = boxes.sealed_box(public)
        except Refused as refused:
            raise Mistake("--to is no public key: give the line that minsheng audit key printed") from refused
        args.out.write_bytes(content)
        print(f"{told['answers']} answers, {told['ballots']} ballots, SHA-256 {told['sha256']} → {args.out}")
    return 0


def _ballots(args: argparse.Namespace) -> int:
    """Open the box and compare it with the log and the releases."""
    from minsheng.account.ballots.auditing import AuditFailed, audit, open_box

    read = at_address(args.log) if "://" in args.log else in_folder(Path(args.log))
    leaves, head, policy = _leaves(read, args.policy)
    try:
        told = list(_told(args, leaves))
        answers, ballots = open_box(_private(args.key), args.box.read_bytes())
        found = audit(answers, ballots, leaves, told)
    except (AuditFailed, LineRefused) as fault:
        print(f"minsheng: {fault}")
        return 1
    print(f"log of {head.size} leaves: every tile and leaf leads to the signed root")
    print(f"{found.answers} answers open their commitments; {found.ballots} ballots, each the last answer of its order")
    print(f"{found.graded} orders have a grade, of {found.waiting} the ballot waits to be published")
    if found.tombstones:
        print(
            f"{found.tombstones} orders were erased: {found.unopened} answers and {found.unlinked} ballots are theirs"
        )
    if policy.quorum == NONE:
        print("no witness was asked for: whoever signs the log could show others another one")
    return 0


def _private(path: Path) -> bytes:
    try:
        key = base64.b64decode(path.read_text("utf-8").strip(), validate=True)
    except ValueError as error:
        raise Mistake(f"{path} is no private key: give the file that minsheng audit key wrote") from error
    if len(key) != KEY_BYTES:
        raise Mistake(f"{path} is no private key: give the file that minsheng audit key wrote")
    return key


def _leaves(read: Read, given: Path | None) -> tuple[list[Leaf], Checkpoint, Policy]:
    """All leaves of the log, which lead to its signed root."""
    from minsheng.account.log.merkle import ProofFailed

    try:
        policy = Policy.parse(given.read_bytes()) if given else _published_policy(read)
        head = policy.open(read(CHECKPOINT)).checkpoint
        leaves = [Leaf.parse(entry) for entry in Tiles(read, head.size).audit(head.root)]
    except FileNotFoundError as error:
        raise Mistake(f"the log cannot be read whole: {error}; give the address or the folder of a log") from error
    except PolicyRefused as error:
        raise Mistake(f"the policy cannot be used: {error}") from error
    except (NoteRefused, ProofFailed) as error:
        raise Mistake(f"the log does not hold: {error}") from error
    except urllib.error.URLError as error:
        raise Mistake(f"the log cannot be reached: {error}") from error
    return leaves, head, policy


def _published_policy(read: Read) -> Policy:
    """What the log itself says of whose signatures count. A folder says nothing of it."""
    try:
        return Policy.parse(read("policy"))
    except FileNotFoundError as error:
        raise Mistake(
            "the log does not say whose signatures count: give --policy, or a file with “log KEY” and “quorum none”"
        ) from error


def _told(args: argparse.Namespace, leaves: list[Leaf]) -> Iterator[dict[str, Any]]:
    """The ballots that the releases open, each the leaf that stands at its place in the log. Ballots of the log that no
    release opens yet are told of."""
    opened: set[int] = set()
    for file in _releases(args):
        for content in lines_of(file):
            if content.get("k") != LeafKind.BALLOT.value:
                continue
            line = Line.parse(content)
            if line.index >= len(leaves) or line.leaf != leaves[line.index]:
                raise LineRefused(f"the ballot at {line.index} as a release opens it is not the one in the log")
            if line.index not in opened:
                opened.add(line.index)
                yield dict(line.fields() or {})
    if alone := sum(leaf.kind is LeafKind.BALLOT for leaf in leaves) - len(opened):
        raise Mistake(f"{alone} ballots of the log are in none of the releases: give all of them with --release")


def _releases(args: argparse.Namespace) -> Iterator[BytesIO]:
    """The releases given, else those beside the log: /releases next to /log, data/releases next to data/ledger."""
    if args.release:
        yield from (BytesIO(path.read_bytes()) for path in args.release)
        return
    if "://" in args.log:
        read = at_address(f"{args.log.rstrip('/').rpartition('/')[0]}/releases")
    else:
        read = in_folder(Path(args.log).resolve().parent / "releases")
    try:
        listed = json.loads(read("index.json"))["releases"]
        yield from (BytesIO(read(f"{each['month']}.jsonl.gz")) for each in listed)
    except FileNotFoundError:
        return
    except urllib.error.URLError as error:
        raise Mistake(f"the releases cannot be reached: {error}; give them with --release") from error
