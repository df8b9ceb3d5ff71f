"""The national signature beside Ed25519: verified here, kept and ignored by everyone else."""

from __future__ import annotations

import subprocess

import pytest

from minsheng.account.log import notes, sm2
from minsheng.account.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from minsheng.account.log.keys import KeyRefused, read_vkey, write_vkey
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.sm2 import OpenSSLFailed, Sm2Signer, Sm2Verifier, read_sm2_vkey
from support.log import ORIGIN, SIGNER

pytestmark = pytest.mark.skipif(not sm2.available(), reason="this machine has no openssl program")

TEXT = Checkpoint(ORIGIN, 5, bytes(32)).text()


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("sm2") / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "SM2", "-out", path], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def signer(key):
    return Sm2Signer(ORIGIN, key)


def test_an_sm2_line_stands_beside_the_ed25519_one(signer):
    signed = sign_checkpoint(Checkpoint.parse(TEXT), [SIGNER, signer])
    both = notes.open_note(signed, [SIGNER.verifier, read_sm2_vkey(write_vkey(signer.verifier))])
    assert len(both.verified) == 2
    checkpoint, note = open_checkpoint(signed, [SIGNER.verifier], ORIGIN)
    assert checkpoint.size == 5
    assert [each.key_id for each in note.unverified] == [signer.verifier.key_id]


def test_an_sm2_line_covers_the_text(signer):
    signature = signer.sign(TEXT)
    assert signer.verifier.verify(TEXT, signature)
    assert not signer.verifier.verify(TEXT + b"\n", signature)
    assert not signer.verifier.verify(TEXT, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not signer.verifier.verify(TEXT, b"no signature")
    signed = notes.sign(TEXT, [SIGNER, signer])
    assert signed.endswith(b"\n")
    with pytest.raises(NoteRefused, match="is wrong"):
        notes.open_note(signed.replace(b"\n5\n", b"\n6\n"), [signer.verifier])


def test_the_example_signature_of_the_standard_verifies():
    public = bytes.fromhex(
        "04 09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    r = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    s = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    signature = bytes.fromhex("3046022100" + r + "022100" + s)
    verifier = Sm2Verifier("standard", public)
    assert verifier.verify(b"message digest", signature)
    assert not verifier.verify(b"message digesT", signature)


def test_only_an_sm2_key_is_taken_for_one(signer, tmp_path):
    with pytest.raises(KeyRefused, match="unknown type 0xff"):
        read_vkey(write_vkey(signer.verifier))
    with pytest.raises(KeyRefused, match="not an SM2 key"):
        read_sm2_vkey(write_vkey(SIGNER.verifier))
    with pytest.raises(KeyRefused, match="65 bytes"):
        Sm2Verifier(ORIGIN, bytes(65))
    other = tmp_path / "p256.pem"
    making = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", other]
    subprocess.run(making, check=True, capture_output=True)
    with pytest.raises(KeyRefused, match="genpkey -algorithm SM2"):
        Sm2Signer(ORIGIN, other)


def test_what_openssl_cannot_do_is_said_and_is_no_verdict(signer, monkeypatch):
    with pytest.raises(OpenSSLFailed):
        Sm2Signer(ORIGIN, "/no/such/key.pem")
    off_the_curve = Sm2Verifier(ORIGIN, b"\x04" + bytes(63) + b"\x01")
    with pytest.raises(OpenSSLFailed):
        off_the_curve.verify(TEXT, signer.sign(TEXT))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(OpenSSLFailed, match="install it"):
        signer.sign(TEXT)
