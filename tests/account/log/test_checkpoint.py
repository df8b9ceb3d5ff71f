"""Checkpoints say origin, size and root, to the letter."""

from __future__ import annotations

import pytest

from minsheng.account.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from minsheng.account.log.notes import NoteRefused
from support.log import ORIGIN, SIGNER, STRANGER

EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_specifications_example_reads_and_writes_the_same():
    checkpoint = Checkpoint.parse(EXAMPLE.encode())
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e1d90c808014aa89b")
    assert checkpoint.text() == EXAMPLE.encode()


def test_extension_lines_are_kept():
    checkpoint = Checkpoint.parse((EXAMPLE + "one\ntwo\n").encode())
    assert checkpoint.extensions == ("one", "two")
    assert checkpoint.text() == (EXAMPLE + "one\ntwo\n").encode()


@pytest.mark.parametrize("size", ["", "-1", "+1", "01", "1 ", "1_0", "٣", "0x1", "9223372036854775808", "1" * 30])
def test_a_size_is_a_plain_decimal_of_63_bits(size):
    with pytest.raises(NoteRefused):
        Checkpoint.parse(EXAMPLE.replace("20852163", size).encode())


def test_nought_and_the_largest_size_are_sizes():
    for size in (0, (1 << 63) - 1):
        assert Checkpoint.parse(EXAMPLE.replace("20852163", str(size)).encode()).size == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        EXAMPLE[:-1],
        EXAMPLE + "\n",
        EXAMPLE + "one\n\ntwo\n",
        EXAMPLE.split("\n", 1)[1],
        "\n" + EXAMPLE.split("\n", 1)[1],
        EXAMPLE.replace("2I=", "2I"),
        EXAMPLE.replace("2I=", "2IAA"),
        EXAMPLE.replace("CsUYapGG", "CsUYapG"),
        "o" * 256 + EXAMPLE[len("example.com/behind-the-sofa") :],
    ],
)
def test_a_text_that_departs_from_the_form_is_no_checkpoint(text):
    with pytest.raises(NoteRefused):
        Checkpoint.parse(text.encode())


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 1, bytes(32)),
        Checkpoint("two\nlines", 1, bytes(32)),
        Checkpoint(ORIGIN, -1, bytes(32)),
        Checkpoint(ORIGIN, 1, bytes(31)),
        Checkpoint(ORIGIN, 1, bytes(32), ("",)),
        Checkpoint(ORIGIN, 1, bytes(32), ("a\nb",)),
    ],
)
def test_what_no_reader_would_take_is_not_signed(checkpoint):
    with pytest.raises(ValueError, match="no checkpoint"):
        sign_checkpoint(checkpoint, [SIGNER])


def test_a_checkpoint_opens_for_its_own_log_and_key_alone():
    checkpoint = Checkpoint(ORIGIN, 5, bytes(32))
    signed = sign_checkpoint(checkpoint, [SIGNER])
    assert open_checkpoint(signed, [SIGNER.verifier], ORIGIN)[0] == checkpoint
    with pytest.raises(NoteRefused, match="no known key"):
        open_checkpoint(signed, [STRANGER.verifier], ORIGIN)
    with pytest.raises(NoteRefused, match="not of 'other"):
        open_checkpoint(signed, [SIGNER.verifier], "other.example/log")
