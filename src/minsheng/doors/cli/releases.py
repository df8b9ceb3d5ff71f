"""`verify`: a month's release against the open ledger, from public files alone, with no house and no database;
`release`: the house makes a month's release (公开包)."""

from __future__ import annotations

import argparse
import sys
import urllib.error
from collections.abc import Callable
from pathlib import Path

from minsheng.account import releases
from minsheng.account.log.keys import KeyRefused, read_vkey, write_vkey
from minsheng.account.log.policy import NONE, Policy, PolicyRefused
from minsheng.account.log.tiles import CHECKPOINT, Read, at_address, in_folder
from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake

FETCHED = (
    "minsheng: {} was fetched from the log itself: it proves only that the log agrees with itself. Give --policy with "
    "what you were handed elsewhere."
)


def verify(args: argparse.Namespace) -> int:
    """Recompute a release: 0 and every rate with both its sides, or 1 and the first fault in a sentence."""
    read = at_address(args.log) if "://" in args.log else in_folder(Path(args.log))
    policy = _policy(args.policy, read)
    receipt = _receipt(args.receipt, read) if args.receipt else None
    signed = _file(read, CHECKPOINT)
    if signed is None:
        raise Mistake(f"there is no checkpoint at {args.log}: give the address or the folder of a log")
    seen = args.seen.read_bytes() if args.seen else None
    try:
        found = releases.verify(read, signed, policy, args.release, previous=args.previous, receipt=receipt, seen=seen)
    except releases.Fault as fault:
        print(fault.sentence, file=sys.stderr)
        return 1
    print(found.text)
    if policy.quorum == NONE:
        print("no witness was asked for: whoever signs the log could show others another one")
    return 0


def _policy(given: Path | None, read: Read) -> Policy:
    """Whose signatures count: as given, else as the log itself says, with a warning."""
    try:
        if given is not None:
            return Policy.parse(given.read_bytes())
        if (published := _file(read, "policy")) is not None:
            print(FETCHED.format("the policy"), file=sys.stderr)
            return Policy.parse(published)
        if (key := _file(read, "key")) is not None:
            print(FETCHED.format("the key"), file=sys.stderr)
            vkey = write_vkey(read_vkey(key.decode("utf-8", "replace").strip()))
            return Policy.parse(f"log {vkey}\nquorum {NONE}\n".encode())
    except (PolicyRefused, KeyRefused) as error:
        raise Mistake(f"the policy cannot be used: {error}") from error
    raise Mistake(
        "the log does not say whose signatures count: give --policy, or a file with “log KEY” and “quorum none”"
    )


def _receipt(given: str, read: Read) -> releases.Receipt:
    """The intake that a receipt promises. A signature that is wrong is told; without the gateway's key it is not
    checked."""
    from minsheng.account.receipts import ReceiptRefused, check, read_receipt

    written = given if "#" in given or not Path(given).is_file() else Path(given).read_text("utf-8")
    try:
        found = read_receipt(written)
        if (key := _file(read, "gateway")) is not None:
            check(found, read_vkey(key.decode("utf-8", "replace").strip()))
    except (ReceiptRefused, KeyRefused) as error:
        raise Mistake(str(error)) from error
    return releases.Receipt(found.promise.commitment, found.promise.at.date())


def _file(read: Callable[[str], bytes], path: str) -> bytes | None:
    """A file of the log; None when it has none."""
    try:
        return read(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except urllib.error.URLError as error:
        raise Mistake(f"the log cannot be reached: {error}") from error


def release(args: argparse.Namespace) -> int:
    """Make the release of a month; says where it stands and what it holds."""
    with house(args.data):
        from minsheng.account import monthly
        from minsheng.account.ledger import Behind
        from minsheng.account.log.writer import LogBroken

        try:
            made = monthly.release(args.month)
        except (releases.NothingToRelease, monthly.Lost, Behind, LogBroken) as error:
            raise Mistake(str(error)) from error
        place = monthly.folder() / f"{made.month}.jsonl.gz"
        print(f"{place}: {made.past - made.first} leaves from {made.first} on, {made.size:,} bytes, leaf {made.leaf}")
        if made.late:
            print("its metrics were defined only after the month began, and it says so")
    return 0
