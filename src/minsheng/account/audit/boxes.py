"""The box of sealed ballots (密封票盒): the auditor's public key, kept; and the box that only the holder of the private
key opens, to check that ballots and answers agree one to one (`account.ballots.audit`, at the command line). Every
handing over is a step that stays."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from minsheng.account.audit import store
from minsheng.account.audit.codes import CaseKind
from minsheng.account.audit.store import Step
from minsheng.account.ballots import answers, cast, seal_for_auditor
from minsheng.core import Actor, Refused
from minsheng.ground import present
from minsheng.ground.access import sight

HANDED = "handed"


def public_key(written: str) -> str:
    """A public key as it is kept (X25519, base64). Refused when it is none."""
    try:
        key = base64.b64decode("".join(written.split()), validate=True)
        X25519PublicKey.from_public_bytes(key)
    except ValueError as error:
        raise Refused("key", "这不是公钥：请粘贴 minsheng audit key 打印的那一行。") from error
    return base64.b64encode(key).decode()


def sealed_box(public: str) -> tuple[bytes, Mapping[str, Any]]:
    """All sealed answers and published ballots for the holder of the private key, and what is told of the box."""
    key = public_key(public)
    given, ballots = list(answers()), cast()
    box = seal_for_auditor(key, given, ballots)
    told = {"key": key, "sha256": hashlib.sha256(box).hexdigest(), "answers": len(given), "ballots": len(ballots)}
    return box, told


def hand_over(public: str, by: Actor) -> tuple[str, bytes]:
    """The box for the auditor and the number under which its handing over was written down."""
    store.only_auditor(by)
    box, told = sealed_box(public)
    now = present.now()
    with sight(by):
        no = store.next_number(CaseKind.BOX, now)
        store.append(store.Begun(CaseKind.BOX, no), HANDED, told, by, now)
    return no, box


def handed_over(by: Actor) -> list[Step]:
    """Every handing over in the actor's sight, newest first."""
    with sight(by):
        return store.steps(kinds=[CaseKind.BOX])
