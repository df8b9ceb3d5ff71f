"""Signed notes and keys, with the example keys and notes of Go's note package and of the specifications."""

from __future__ import annotations

import pytest

from minsheng.account.log import notes
from minsheng.account.log.keys import (
    CosignatureSigner,
    CosignatureVerifier,
    Ed25519Signer,
    KeyRefused,
    encode_base64,
    key_id,
    read_skey,
    read_vkey,
    valid_name,
    write_vkey,
)
from minsheng.account.log.notes import NoteRefused
from support.log import ORIGIN, SIGNER, STRANGER

SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
NOTE = TEXT + b"\n" + (PETER + ENOCH).encode()


def test_gos_example_note_opens_and_keeps_the_signature_of_an_unknown_key():
    note = notes.open_note(NOTE, [read_vkey(VKEY)])
    assert note.text == TEXT
    assert [(each.name, each.key_id) for each in note.verified] == [("PeterNeumann", 0xC74F20A3)]
    assert [each.line for each in note.unverified] == [ENOCH]


def test_gos_example_key_signs_byte_for_byte():
    assert notes.sign(TEXT, [read_skey(SKEY)]) == TEXT + b"\n" + PETER.encode()
    assert read_skey(SKEY).skey() == SKEY
    assert write_vkey(read_skey(SKEY).verifier) == VKEY


def test_no_part_of_a_written_key_is_a_key():
    for start in range(len(VKEY)):
        for stop in range(start + 1, len(VKEY) + 1):
            if (start, stop) != (0, len(VKEY)):
                with pytest.raises(KeyRefused):
                    read_vkey(VKEY[start:stop])


@pytest.mark.parametrize("at", range(len(SKEY)))
def test_a_private_key_with_one_character_changed_is_no_key(at):
    with pytest.raises(KeyRefused):
        read_skey(SKEY[:at] + chr(ord(SKEY[at]) + 1) + SKEY[at + 1 :])


@pytest.mark.parametrize(
    "vkey",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_key_of_wrong_length_or_unknown_type_is_refused_though_its_id_fits(vkey):
    with pytest.raises(KeyRefused, match=r"does not have|unknown type"):
        read_vkey(vkey)


MALFORMED = {
    "no signature": TEXT + b"\n",
    "no empty line": TEXT + PETER.encode(),
    "no newline at the end": NOTE[:-1],
    "an empty line after the signatures": NOTE + b"\n",
    "a carriage return": NOTE.replace(b"problem,\n", b"problem,\r\n"),
    "a zero byte": NOTE.replace(b"If", b"\x00f"),
    "a tab": NOTE.replace(b"If ", b"If\t"),
    "half a character": NOTE.replace(b"If", b"\xe2\x80f"),
    "a surrogate": NOTE.replace(b"If", b"\xed\xa0\x80"),
    "a hyphen for the dash": NOTE.replace("— P".encode(), b"- P"),
    "two spaces": NOTE.replace(b"Neumann x08", b"Neumann  x08"),
    "a plus in a name": NOTE.replace(b"EnochRoot", b"Enoch+Root"),
    "a wide space in a name": NOTE.replace(b"EnochRoot", "Enoch\u3000Root".encode()),
    "no name": NOTE.replace(b"EnochRoot", b""),
    "no signature bytes": TEXT + b"\n" + "— PeterNeumann \n".encode(),
    "a key id alone": TEXT + b"\n" + f"— PeterNeumann {encode_base64(bytes(4))}\n".encode(),
    "base64 without its padding": NOTE.replace(b"nAM=", b"nAM"),
    "base64 for addresses": NOTE.replace(b"o/ZJ", b"o_ZJ"),
    "text among the signatures": NOTE + b"more\n",
    "a hundred and one signatures": TEXT + b"\n" + PETER.encode() + ENOCH.encode() * 100,
    "more than a million bytes": b"a" * 1_000_000 + NOTE,
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_a_note_is_refused_for(fault):
    with pytest.raises(NoteRefused):
        notes.open_note(MALFORMED[fault], [read_vkey(VKEY)])


def test_a_hundred_signatures_and_text_with_empty_lines_are_taken():
    signed = notes.sign(b"a\n\n\nb\n", [read_skey(SKEY)]) + ENOCH.encode() * 99
    note = notes.open_note(signed, [read_vkey(VKEY)])
    assert note.text == b"a\n\n\nb\n"
    assert len(note.unverified) == 1


def test_one_wrong_signature_of_a_known_key_spoils_a_note_that_another_signed_well():
    wrong = notes.sign(b"other\n", [SIGNER])[len("other\n\n") :]
    with pytest.raises(NoteRefused, match="is wrong"):
        notes.open_note(NOTE + wrong, [read_vkey(VKEY), SIGNER.verifier])


def test_a_second_signature_of_the_same_key_is_not_looked_at():
    wrong = notes.sign(b"other\n", [read_skey(SKEY)])[len("other\n\n") :]
    assert len(notes.open_note(TEXT + b"\n" + PETER.encode() + wrong, [read_vkey(VKEY)]).verified) == 1
    with pytest.raises(NoteRefused, match="is wrong"):
        notes.open_note(TEXT + b"\n" + wrong + PETER.encode(), [read_vkey(VKEY)])


def test_a_note_of_unknown_keys_alone_is_refused_even_under_a_known_name():
    with pytest.raises(NoteRefused, match="no known key"):
        notes.open_note(notes.sign(b"text\n", [STRANGER]), [SIGNER.verifier])
    with pytest.raises(NoteRefused, match="no known key"):
        notes.open_note(NOTE, [])


def test_two_keys_of_one_name_and_id_are_refused():
    with pytest.raises(ValueError, match="two keys"):
        notes.open_note(NOTE, [read_vkey(VKEY), read_vkey(VKEY)])


@pytest.mark.parametrize("text", [b"no newline", b"", b"a\tb\n", b"\xff\n"])
def test_what_could_not_be_opened_is_not_signed(text):
    with pytest.raises(ValueError, match="note"):
        notes.sign(text, [SIGNER])


def test_names_have_no_space_and_no_plus():
    assert valid_name("民声.example/账本")
    assert not any(valid_name(name) for name in ("", "a b", "a+b", "a\u2028b", "a\x85b", "a\xa0"))
    with pytest.raises(KeyRefused):
        Ed25519Signer("a b", bytes(32))


def test_a_cosignature_covers_text_and_time():
    witness = CosignatureSigner("witness.example/w1", bytes(32), lambda: 1_679_315_147)
    signature = witness.sign(TEXT)
    assert signature[:8] == (1_679_315_147).to_bytes(8, "big")
    assert witness.verifier.verify(TEXT, signature)
    assert not witness.verifier.verify(TEXT + b"\n", signature)
    assert not witness.verifier.verify(TEXT, (1_679_315_148).to_bytes(8, "big") + signature[8:])
    assert not witness.verifier.verify(TEXT, b"")
    beyond = CosignatureSigner("witness.example/w1", bytes(32), lambda: 1 << 63)
    assert not beyond.verifier.verify(TEXT, beyond.sign(TEXT)), "a time beyond 63 bits, though well signed"


def test_the_specifications_example_of_a_cosignature_has_its_key_id_time_and_length():
    line = (
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0"
        "xUe+mbIUBkBIfZ+qnA==\n"
    )
    (cosignature,) = notes.read_signatures(line.encode())
    assert cosignature.key_id == 0x8D66CF3F
    assert int.from_bytes(cosignature.signature[:8], "big") == 1_679_315_147
    assert len(cosignature.signature) == 72


def test_the_same_key_has_another_id_as_log_and_as_witness():
    log = Ed25519Signer(ORIGIN, bytes(32)).verifier
    witness = CosignatureVerifier(ORIGIN, log.public)
    assert log.key_id != witness.key_id == key_id(ORIGIN, b"\x04" + log.public)
    assert isinstance(read_vkey(write_vkey(witness)), CosignatureVerifier)
