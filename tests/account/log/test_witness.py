"""Asking witnesses: what is sent, what each answer means, and that a fork or a rollback is told from a mere delay."""

from __future__ import annotations

import pytest

from minsheng.account.log import notes
from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import write_vkey
from minsheng.account.log.policy import Policy
from minsheng.account.log.tiles import Tiles, in_folder
from minsheng.account.log.witness import (
    Fork,
    KeyNotTrusted,
    SizeConflict,
    UnknownLog,
    Witness,
    WitnessRefused,
    WitnessUnreachable,
    add_checkpoint_body,
    gather,
    witnesses_of,
)
from minsheng.account.log.writer import Log
from support.log import ORIGIN, SIGNER, STRANGER, entries, filled, signed
from support.witness import Watcher


@pytest.fixture
def watcher():
    return Watcher("w.example", {ORIGIN: [SIGNER.verifier]})


def asking(watcher: Watcher) -> Witness:
    return Witness("https://w.example/", watcher.verifier, post=watcher.post)


def answering(status: int, body: bytes) -> Witness:
    return Witness("w", Watcher("w.example", {}).verifier, post=lambda url, asked: (status, body))


def test_a_request_reads_as_the_protocol_says():
    body = add_checkpoint_body(3, [bytes(32), b"\xff" * 32], b"checkpoint\n")
    assert body == b"old 3\n%s\n%s\n\ncheckpoint\n" % (b"A" * 43 + b"=", b"/" * 42 + b"8=")
    assert add_checkpoint_body(0, [], b"checkpoint\n") == b"old 0\n\ncheckpoint\n"


def test_a_witness_cosigns_a_log_as_it_grows(tmp_path, watcher):
    witness = asking(watcher)
    with Log(tmp_path) as log:
        for size in (0, 1, 5, 5, 256, 300):
            log.append(entries(log.head.size, size))
            checkpoint = signed(log)
            cosignature = witness.cosign(log.tiles(), checkpoint)
            assert watcher.verifier.verify(notes.split(checkpoint).text, cosignature.signature)
            assert witness.seen == watcher.latest[ORIGIN].size == size
    assert len(watcher.asked) == 6


@pytest.mark.parametrize("believed", [0, 200, 300])
def test_a_log_that_forgot_what_the_witness_saw_is_put_right_in_one_more_request(tmp_path, watcher, believed):
    with filled(tmp_path, 100) as log:
        asking(watcher).cosign(log.tiles(), signed(log))
        log.append(entries(100, 300))
        late = asking(watcher)
        late.seen = believed
        late.cosign(log.tiles(), signed(log))
    assert late.seen == 300
    assert len(watcher.asked) == 3


def test_a_log_rolled_back_is_found_a_fork(tmp_path, watcher):
    with filled(tmp_path, 300) as log:
        witness = asking(watcher)
        witness.cosign(log.tiles(), signed(log))
        older = Tiles(in_folder(tmp_path), 256)
        back = sign_checkpoint(Checkpoint(ORIGIN, 256, older.root()), [SIGNER])
        for seen in (300, 256, 0):
            witness.seen = seen
            with pytest.raises(Fork, match="300 leaves"):
                witness.cosign(older, back)


@pytest.mark.parametrize("size", [300, 400])
@pytest.mark.parametrize("seen", [0, 300])
def test_another_history_is_found_a_fork_at_the_same_size_and_beyond(tmp_path, watcher, size, seen):
    with filled(tmp_path / "one", 300) as log:
        asking(watcher).cosign(log.tiles(), signed(log))
    with Log(tmp_path / "two") as log:
        log.append([b"other", *entries(1, size)])
        witness = asking(watcher)
        witness.seen = seen
        with pytest.raises(Fork):
            witness.cosign(log.tiles(), signed(log))
    assert watcher.latest[ORIGIN].size == 300


def test_a_witness_says_when_it_does_not_know_the_log_or_its_key(tmp_path, watcher):
    with filled(tmp_path, 3) as log:
        with pytest.raises(KeyNotTrusted):
            asking(watcher).cosign(log.tiles(), signed(log, STRANGER))
        with pytest.raises(UnknownLog):
            asking(Watcher("w.example", {})).cosign(log.tiles(), signed(log))


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (500, b"", WitnessUnreachable),
        (503, b"", WitnessUnreachable),
        (400, b"", WitnessRefused),
        (302, b"", WitnessRefused),
        (409, b"7\n", SizeConflict),
        (409, b"", WitnessRefused),
        (409, b"-7\n", WitnessRefused),
        (409, b"\xff", WitnessRefused),
        (200, b"", WitnessRefused),
        (200, b"thanks\n", WitnessRefused),
        (200, "— w.example AAAAAAAAAAA=\n".encode(), WitnessRefused),
        (200, b"another text\n\n", WitnessRefused),
    ],
)
def test_every_other_answer_is_a_refusal(status, body, refusal):
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, 9, bytes(32)), [SIGNER])
    with pytest.raises(refusal):
        answering(status, body).add_checkpoint(0, [], checkpoint)


@pytest.mark.parametrize(("sizes", "says"), [([0], "contradicts"), ([1, 2], "another too"), ([1, 1], "contradicts")])
def test_a_witness_that_answers_against_itself_is_no_fork(tmp_path, sizes, says):
    answers = iter(sizes)
    confused = Watcher("w.example", {}).verifier
    witness = Witness("w", confused, post=lambda url, body: (409, b"%d\n" % next(answers)))
    with filled(tmp_path, 3) as log, pytest.raises(WitnessRefused, match=says) as refused:
        witness.cosign(log.tiles(), signed(log))
    assert not isinstance(refused.value, Fork)


def test_a_cosignature_on_another_text_is_not_taken(watcher):
    other = notes.sign(Checkpoint(ORIGIN, 8, bytes(32)).text(), [watcher.signer])
    lines = other[other.index(b"\n\n") + 2 :]
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, 9, bytes(32)), [SIGNER])
    text = notes.split(checkpoint).text
    longer = notes.sign(text + b"\nmore\n", [watcher.signer])[len(text) + 1 :]
    for body in (lines, other, longer):
        with pytest.raises(WitnessRefused):
            answering(200, body).add_checkpoint(0, [], checkpoint)


def test_cosignatures_of_the_witness_s_other_keys_are_ignored(watcher):
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, 9, bytes(32)), [SIGNER])
    text = notes.split(checkpoint).text
    lines = notes.sign(text, [Watcher("new.example", {}).signer, watcher.signer])[len(text) + 1 :]
    assert answering(200, lines).add_checkpoint(0, [], checkpoint).name == "w.example"


def test_nobody_at_the_address_is_told_from_a_refusal():
    witness = Witness("http://127.0.0.1:1", Watcher("w.example", {}).verifier)
    with pytest.raises(WitnessUnreachable, match="does not answer"):
        witness.add_checkpoint(0, [], sign_checkpoint(Checkpoint(ORIGIN, 9, bytes(32)), [SIGNER]))


def test_a_checkpoint_of_another_size_than_the_tiles_is_not_sent(tmp_path, watcher):
    with filled(tmp_path, 3) as log, pytest.raises(ValueError, match="9 leaves"):
        asking(watcher).cosign(log.tiles(), sign_checkpoint(Checkpoint(ORIGIN, 9, bytes(32)), [SIGNER]))
    assert not watcher.asked


def test_over_http_a_quorum_of_the_policy_is_gathered_though_one_witness_is_down(tmp_path):
    watchers = [Watcher(f"w{n}.example", {ORIGIN: [SIGNER.verifier]}) for n in range(2)]
    down = Watcher("w2.example", {})
    with filled(tmp_path, 300) as log, watchers[0].served() as first, watchers[1].served() as second:
        policy = Policy.parse(
            f"log {write_vkey(SIGNER.verifier)}\n"
            f"witness w0 {write_vkey(watchers[0].verifier)} {first}\n"
            f"witness w1 {write_vkey(watchers[1].verifier)} {second}\n"
            f"witness w2 {write_vkey(down.verifier)} http://127.0.0.1:1\n"
            "group outside 2 w0 w1 w2\nquorum outside\n".encode()
        )
        witnesses = witnesses_of(policy)
        gathered = gather(log.tiles(), signed(log), witnesses)
        assert gathered.cosigned_by == ("w0", "w1")
        assert isinstance(gathered.refusals["w2"], WitnessUnreachable)
        assert set(policy.open(gathered.checkpoint).witnessed_at) == {"w0", "w1"}
        log.append(entries(300, 400))
        assert gather(log.tiles(), signed(log), witnesses).cosigned_by == ("w0", "w1")
