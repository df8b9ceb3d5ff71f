"""`ledger`: how the open ledger stands, a head of now, and the witnesses tried; `appraisal`: the units' month as a
workbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.doors.cli.house import house
from minsheng.doors.cli.main import Mistake

if TYPE_CHECKING:
    from minsheng.account.log.policy import Policy
    from minsheng.account.log.tiles import Tiles
    from minsheng.account.witnesses import Standing


def arguments(sub: argparse.ArgumentParser) -> None:
    """The words of `ledger`."""
    sub.add_argument("what", choices=["status", "sign", "witness-test"])


def ledger(args: argparse.Namespace) -> int:
    """`sign` numbers what was committed, publishes a head and has it cosigned; `witness-test` asks every witness now;
    both, and `status` alone, say how the ledger stands."""
    with house(args.data):
        from minsheng.account.ledger import Behind, number, publish
        from minsheng.account.log.writer import LogBroken

        try:
            if args.what == "witness-test":
                return _witness_test()
            if args.what == "sign":
                print(f"{number()} commitments numbered")
                publish()
        except (Behind, LogBroken) as error:
            raise Mistake(str(error)) from error
        _say_status()
    return 0


def _say_status() -> None:
    from minsheng.account.ledger import folder, policy, status
    from minsheng.ground import present

    found = status()
    when = f", signed {found.at.isoformat(timespec='seconds')}" if found.at else ""
    print(f"{folder()}: {found.numbered} leaves, {found.published} of them under a head{when}")
    if found.lacks_national_line:
        print("the newest head has no SM2 line: see whether the key of MINSHENG_SM2_KEY can be reached")
    if found.waiting and found.waiting.late(present.now()):
        since = found.waiting.since.isoformat(timespec="minutes")
        print(f"LATE: {found.waiting.count} commitments wait for a number, since {since}: {found.waiting.words()}")
    for each in found.witnesses:
        print(f"witness {each.name}: {_standing(each)}")
    if found.witnesses:
        met = "met" if found.quorum_met else "not met"
        needed, among = policy().groups["quorum"].threshold, len(found.witnesses)
        print(f"quorum {needed} of {among} under the newest head: {met} ({', '.join(found.cosigned_by) or 'nobody'})")
    else:
        print("no witness is named in the city pack (witnesses.csv): nobody outside attests to this ledger yet")


def _standing(witness: Standing) -> str:
    """How a witness stands, in words."""
    if witness.said is None:
        return "was never asked"
    last = "cosigned nothing yet"
    if witness.cosigned_at:
        last = f"cosigned {witness.cosigned} leaves, {witness.cosigned_at.isoformat(timespec='seconds')}"
    return last if witness.said == "cosigned" else f"{last}; last said {witness.said.value}: {witness.words}"


def _witness_test() -> int:
    """Ask every witness with the published head; 1 when the quorum is not met. Without witnesses, rehearse with our
    own."""
    from minsheng.account.ledger import folder, policy
    from minsheng.account.log.tiles import CHECKPOINT
    from minsheng.account.log.writer import Log

    held = policy()
    with Log(folder()) as log:
        if not (folder() / CHECKPOINT).exists():
            raise Mistake("there is no signed head yet: run ./minsheng ledger sign, then this")
        tiles, signed = log.tiles(), (folder() / CHECKPOINT).read_bytes()
        return _asked(held, tiles, signed) if held.witnesses else _rehearsed(tiles, signed)


def _asked(held: Policy, tiles: Tiles, signed: bytes) -> int:
    from minsheng.account.ledger import ask_witnesses
    from minsheng.account.log.notes import NoteRefused
    from minsheng.account.witnesses import under

    answers = ask_witnesses(tiles, signed)
    for each in answers:
        print(f"{each.name}: {each.said.value}{f': {each.words}' if each.words else ', its cosignature verifies'}")
    try:
        held.open(under(signed, [each.cosignature for each in answers if each.cosignature]))
    except NoteRefused as refusal:
        print(f"the quorum is NOT met: {refusal}")
        return 1
    print(f"the quorum is met: the head of {tiles.size} leaves holds under the policy")
    return 0


def _rehearsed(tiles: Tiles, signed: bytes) -> int:
    from minsheng.account.ledger import signer
    from minsheng.account.witnesses.rehearsal import rehearse

    print("no witness is named in the city pack (witnesses.csv): rehearsing with one of our own on this machine")
    steps = list(rehearse(tiles, signed, signer().verifier))
    for step in steps:
        print(f"{'ok  ' if step.held else 'FAIL'} {step.what}: {step.words}")
    return 0 if all(step.held for step in steps) else 1


def appraisal(args: argparse.Namespace) -> int:
    """Write a month's appraisal of all units."""
    with house(args.data):
        from minsheng.account.appraisal import NoRules, appraisal_of_month, month_of
        from minsheng.account.ballots import cast_of_year
        from minsheng.ground import present
        from minsheng.ground.lake import Lake, NoLake

        out = args.out or Path(f"{args.period}.xlsx")
        try:
            facts = Lake(Path(args.data) / "lake")
            votes = cast_of_year(month_of(args.period))
            found = appraisal_of_month(facts, present.city(), args.period, out, asof=present.now(), ballots=votes)
        except (NoLake, NoRules, ValueError) as error:
            raise Mistake(str(error)) from error
        print(f"{len(found.units)} units → {out}")
    return 0
