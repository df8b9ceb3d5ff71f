"""Proofs to take home: one file that shows, offline, that a leaf is in a log that enough witnesses saw."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.account.log import merkle, notes
from minsheng.account.log.checkpoint import Checkpoint
from minsheng.account.log.keys import encode_base64, write_vkey
from minsheng.account.log.merkle import ProofFailed
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.policy import Policy
from minsheng.account.log.proof import Proof, prove
from minsheng.account.log.witness import Witness, gather
from support.log import ORIGIN, SIGNER, entry, filled
from support.witness import Watcher

WATCHERS = [Watcher(f"w{n}.example", {ORIGIN: [SIGNER.verifier]}) for n in range(3)]
POLICY = Policy.parse(
    "".join(
        [
            f"log {write_vkey(SIGNER.verifier)}\n",
            *[f"witness w{n} {write_vkey(each.verifier)}\n" for n, each in enumerate(WATCHERS)],
            "group outside 2 w0 w1 w2\nquorum outside\n",
        ]
    ).encode()
)
SIZE = 700


@pytest.fixture(scope="module")
def tiles(tmp_path_factory):
    log = filled(tmp_path_factory.mktemp("log"), SIZE)
    log.close()
    return log.tiles()


@pytest.fixture(scope="module")
def cosigned(tiles):
    signed = notes.sign(Checkpoint(ORIGIN, SIZE, tiles.root()).text(), [SIGNER])
    return gather(
        tiles, signed, {f"w{n}": Witness("w", each.verifier, post=each.post) for n, each in enumerate(WATCHERS[:2])}
    ).checkpoint


def test_every_leaf_has_a_proof_that_reads_back_and_holds(tiles, cosigned):
    for index in (0, 1, 255, 256, 511, 512, 698, 699):
        written = prove(tiles, index, cosigned, extra=b"receipt").text()
        read = Proof.parse(written)
        assert read.text() == written
        assert (read.index, read.extra) == (index, b"receipt")
        assert set(read.verify(entry(index), POLICY).witnessed_at) == {"w0", "w1"}


def test_a_proof_reads_line_by_line_as_the_format_says(tiles, cosigned):
    proof = prove(tiles, 5, cosigned)
    lines = ["c2sp.org/tlog-proof@v1", "index 5", *[encode_base64(each) for each in tiles.inclusion(5)], "", ""]
    assert proof.text() == "\n".join(lines).encode() + cosigned


def test_a_log_of_one_leaf_has_a_proof_without_hashes(tmp_path):
    with filled(tmp_path, 1) as log:
        proof = prove(log.tiles(), 0, (tmp_path / "checkpoint").read_bytes())
    assert proof.text().startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + ORIGIN.encode())
    alone = Policy.parse(f"log {write_vkey(SIGNER.verifier)}\nquorum none\n".encode())
    assert Proof.parse(proof.text()).verify(entry(0), alone).checkpoint.size == 1


def test_a_proof_shows_nothing_of_another_leaf_or_place(tiles, cosigned):
    proof = prove(tiles, 5, cosigned)
    with pytest.raises(ProofFailed):
        proof.verify(entry(6), POLICY)
    for index in (4, 6, SIZE, SIZE + 5):
        with pytest.raises(ProofFailed):
            Proof(index, proof.hashes, proof.checkpoint).verify(entry(5), POLICY)


def test_a_proof_without_the_quorum_fails_though_its_path_is_right(tiles, cosigned):
    fewer = b"".join(cosigned.splitlines(keepends=True)[:-1])
    with pytest.raises(NoteRefused, match="not met: cosigned by w0"):
        prove(tiles, 5, fewer).verify(entry(5), POLICY)


def test_a_proof_is_not_made_under_a_checkpoint_of_another_tree(tiles):
    with pytest.raises(ValueError, match="701 leaves"):
        prove(tiles, 5, notes.sign(Checkpoint(ORIGIN, 701, bytes(32)).text(), [SIGNER]))
    with pytest.raises(ProofFailed):
        prove(tiles, 5, notes.sign(Checkpoint(ORIGIN, SIZE, bytes(32)).text(), [SIGNER]))


def _replaced(old: str, new: str):
    return lambda written: written.replace(old.encode(), new.encode(), 1)


def _stray_bits(written: bytes) -> bytes:
    """The first hash written another way, its 32 bytes the same."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = written.index(b"=\n") - 1
    return written[:at] + alphabet[alphabet.index(written[at]) + 1 :][:1] + written[at + 1 :]


MALFORMED = {
    "another version": _replaced("@v1", "@v2"),
    "no index": _replaced("index 5\n", ""),
    "a padded index": _replaced("index 5", "index 05"),
    "a negative index": _replaced("index 5", "index -5"),
    "two spaces": _replaced("index 5", "index  5"),
    "a carriage return": _replaced("index 5\n", "index 5\r\n"),
    "empty extra data": _replaced("index", "extra \nindex"),
    "extra data not base64": _replaced("index", "extra !\nindex"),
    "extra data after the index": _replaced("index 5\n", "index 5\nextra AAAA\n"),
    "a short hash": _replaced("=\n", "\n"),
    "a hash of 33 bytes": _replaced("index 5\n", f"index 5\n{encode_base64(bytes(33))}\n"),
    "stray bits": _stray_bits,
    "64 hashes": _replaced("index 5\n", "index 5\n" + 64 * f"{encode_base64(bytes(32))}\n"),
    "a line before": lambda written: b"\n" + written,
    "nothing after the header": lambda _: b"c2sp.org/tlog-proof@v1\n\n",
    "no empty line": lambda written: written.replace(b"\n\n", b"\n"),
    "nothing at all": lambda _: b"",
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_proof_is_refused_for(fault, tiles, cosigned):
    with pytest.raises((ProofFailed, NoteRefused)):
        Proof.parse(MALFORMED[fault](prove(tiles, 5, cosigned).text())).verify(entry(5), POLICY)


@settings(max_examples=400, deadline=None)
@given(at=st.integers(0, 5000), to=st.integers(0, 255))
def test_no_byte_of_a_proof_can_be_another_unless_nobody_looks_at_it(tiles, cosigned, at, to):
    written = bytearray(prove(tiles, 5, cosigned).text())
    at %= len(written)
    if written[at] == to:
        return
    written[at] = to
    try:
        seen = Proof.parse(bytes(written)).verify(entry(5), POLICY)
    except (ProofFailed, NoteRefused):
        return
    assert seen.checkpoint == Checkpoint(ORIGIN, SIZE, tiles.root())


def test_a_proof_in_a_log_of_ten_million_stays_below_two_kilobytes():
    hashes = tuple(merkle.leaf_hash(bytes([n])) for n in range(24))
    lines = notes.sign(Checkpoint(ORIGIN, 10_000_000, bytes(32)).text(), [SIGNER, *(each.signer for each in WATCHERS)])
    assert len(Proof(9_999_999, hashes, lines, extra=bytes(16)).text()) < 2_000
