"""The policy says whose word counts: the format's own example, its rules line by line, and k of n."""

from __future__ import annotations

from hashlib import sha256
from itertools import combinations

import pytest

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import CosignatureSigner, CosignatureVerifier, Ed25519Signer, write_vkey
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.policy import Policy, PolicyRefused
from support.log import ORIGIN, SIGNER, STRANGER

WITNESSES = {
    name: CosignatureSigner(f"{name}.example", sha256(name.encode()).digest(), lambda: 1_700_000_000)
    for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")
}
LINES = [f"witness {name} {write_vkey(each.verifier)}" for name, each in WITNESSES.items()]
LOG = f"log {write_vkey(SIGNER.verifier)}"
EXAMPLE = "\n".join(
    [
        "# two bodies",
        LOG + " https://ledger.example/log/",
        "",
        *LINES[:3],
        " \tgroup X-witnesses\t2  X1 X2 X3 ",
        *LINES[3:],
        "group Y-witnesses any Y1 Y2 Y3",
        "group X-and-Y all X-witnesses Y-witnesses",
        "quorum X-and-Y",
        "",
    ]
)
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(32))


def policy(*lines: str) -> Policy:
    return Policy.parse("".join(f"{line}\n" for line in lines).encode())


def signed(*witnesses: str, log: Ed25519Signer = SIGNER) -> bytes:
    return sign_checkpoint(CHECKPOINT, [log, *(WITNESSES[name] for name in witnesses)])


def test_the_formats_example_wants_two_of_the_one_body_and_any_of_the_other():
    read = Policy.parse(EXAMPLE.encode())
    assert read.logs[0].url == "https://ledger.example/log/"
    for count in range(7):
        for names in combinations(WITNESSES, count):
            xs = sum(name.startswith("X") for name in names)
            assert read.witnessed(names) == (xs >= 2 and count > xs)
    assert Policy.parse(read.text()).text() == read.text()


def test_a_checkpoint_opens_with_its_quorum_and_says_who_cosigned_when():
    read = Policy.parse(EXAMPLE.encode())
    cosigned = read.open(signed("X1", "X3", "Y2"))
    assert cosigned.checkpoint == CHECKPOINT
    assert cosigned.witnessed_at == {"X1": 1_700_000_000, "X3": 1_700_000_000, "Y2": 1_700_000_000}
    with pytest.raises(NoteRefused, match="not met"):
        read.open(signed("X1", "Y2"))


def test_witnesses_without_the_log_are_not_enough():
    read = Policy.parse(EXAMPLE.encode())
    for message in (signed("X1", "X3", "Y2", log=STRANGER), notes.sign(CHECKPOINT.text(), [*WITNESSES.values()])):
        with pytest.raises(NoteRefused, match="no log"):
            read.open(message)


def test_a_log_speaks_for_the_origin_it_is_called_by_alone():
    other = sign_checkpoint(Checkpoint("other.example", 7, bytes(32)), [SIGNER])
    with pytest.raises(NoteRefused, match="no log"):
        policy(LOG, "quorum none").open(other)


def test_one_witness_can_be_the_quorum_and_none_can():
    assert policy(LOG, LINES[0], "quorum X1").open(signed("X1")).witnessed_at
    assert not policy(LOG, "quorum none").open(signed("X1")).witnessed_at
    with pytest.raises(NoteRefused, match="not met"):
        policy(LOG, *LINES[:2], "quorum X1").open(signed("X2"))


def test_a_policy_without_logs_opens_for_the_log_known_otherwise():
    without = policy(LINES[0], "quorum X1")
    assert without.open(signed("X1"), [SIGNER.verifier]).checkpoint == CHECKPOINT
    with pytest.raises(NoteRefused):
        without.open(signed("X1"))


def test_thirty_two_of_each_and_names_of_any_bytes_are_taken():
    logs = [write_vkey(Ed25519Signer(f"log{n}.example", bytes([n] * 32)).verifier) for n in range(32)]
    keys = [CosignatureSigner(f"w{n}", bytes([n] * 32), lambda: 0).verifier for n in range(32)]
    lines = [f"log {each}".encode() for each in logs]
    lines += [b"witness \xff\xfe%d %s" % (n, write_vkey(each).encode()) for n, each in enumerate(keys)]
    lines += [b"group g%d any \xff\xfe%d" % (n, n) for n in range(32)]
    written = b"\n".join([*lines, b"quorum g31", b""])
    read = Policy.parse(written)
    assert (len(read.logs), len(read.witnesses), len(read.groups)) == (32, 32, 32)
    assert b"\xff\xfe31" in read.text()


_AGAIN = CosignatureVerifier("again", WITNESSES["X1"].verifier.public)
FAULTS = {
    "no quorum": [LOG, LINES[0]],
    "a second quorum": [LOG, LINES[0], "quorum X1", "quorum none"],
    "a quorum not defined": [LOG, LINES[0], "quorum X2"],
    "a quorum defined below": [LOG, "quorum X1", LINES[0]],
    "an unknown word": [LOG, "monitor X1", "quorum none"],
    "a log without key": ["log", "quorum none"],
    "two addresses": [LOG + " a b", "quorum none"],
    "a key copied wrongly": [LOG[:-2] + "A=", "quorum none"],
    "a witness key as log": ["log " + LINES[0].split()[2], "quorum none"],
    "a log key as witness": ["witness X1 " + LOG.split()[1], "quorum none"],
    "a log twice": [LOG, LOG, "quorum none"],
    "a witness's key twice": [LINES[0], f"witness X9 {write_vkey(_AGAIN)}", "quorum none"],
    "a name twice": [LINES[0], LINES[1].replace("X2", "X1", 1), "quorum none"],
    "a group called as a witness": [*LINES[:2], "group X1 1 X2", "quorum none"],
    "the name none": [LINES[0].replace("X1", "none", 1), "quorum none"],
    "none as a member": [LINES[0], "group g any none", "quorum g"],
    "a member defined below": ["group g any X1", LINES[0], "quorum g"],
    "a member twice": [*LINES[:2], "group g 2 X1 X1", "quorum g"],
    "a member of two groups": [*LINES[:2], "group g any X1", "group h any X1 X2", "quorum h"],
    "a group of itself": [LINES[0], "group g any g", "quorum g"],
    "an empty group": ["group g any", "quorum g"],
    "a threshold of nought": [LINES[0], "group g 0 X1", "quorum g"],
    "a threshold beyond the group": [LINES[0], "group g 2 X1", "quorum g"],
    "a threshold in words": [LINES[0], "group g one X1", "quorum g"],
    "a threshold with a sign": [LINES[0], "group g +1 X1", "quorum g"],
    "a carriage return": [LOG + "\r", "quorum none"],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_policy_is_refused_for(fault):
    with pytest.raises(PolicyRefused):
        policy(*FAULTS[fault])


def test_a_policy_cut_off_in_its_last_line_is_refused():
    with pytest.raises(PolicyRefused, match="cut off"):
        Policy.parse(EXAMPLE.encode()[:-1])
