"""The witness of our own: held to what the protocol asks of witnesses, over HTTP and across restarts; and the
rehearsal."""

from __future__ import annotations

import pytest

from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.tiles import Tiles, in_folder
from minsheng.account.log.witness import (
    Fork,
    KeyNotTrusted,
    UnknownLog,
    Witness,
    WitnessRefused,
    add_checkpoint_body,
    post,
)
from minsheng.account.log.writer import Log
from minsheng.account.witnesses.rehearsal import rehearse
from minsheng.account.witnesses.stand_in import StandIn
from support.log import ORIGIN, SIGNER, STRANGER, entries, filled, signed


@pytest.fixture
def stand_in(tmp_path):
    return StandIn("ours.example", tmp_path / "witness", {ORIGIN: [SIGNER.verifier]})


def asking(stand_in, seen=0):
    return Witness("here", stand_in.verifier, seen, lambda _url, body: stand_in.answer(body))


def test_it_cosigns_a_log_as_it_grows_over_http(tmp_path, stand_in):
    with stand_in.served() as url, filled(tmp_path / "log", 1) as log:
        witness = Witness(url, stand_in.verifier)
        for size in (1, 2, 256, 300, 300):
            log.append(entries(log.head.size, size))
            witness.cosign(log.tiles(), signed(log))
        assert post(f"{url}/else", b"")[0] == 404
        assert post(f"{url}/add-checkpoint", b"x" * 70_000)[0] == 413
        assert post(f"{url}/add-checkpoint", b"nonsense")[0] == 400


def test_it_remembers_across_restarts_with_the_same_key(tmp_path, stand_in):
    with filled(tmp_path / "log", 300) as log:
        asking(stand_in).cosign(log.tiles(), signed(log))
    again = StandIn("ours.example", tmp_path / "witness", {ORIGIN: [SIGNER.verifier]})
    assert again.verifier.public == stand_in.verifier.public
    older = Tiles(in_folder(tmp_path / "log"), 256)
    with pytest.raises(Fork, match="300 leaves"):
        asking(again).cosign(older, sign_checkpoint(Checkpoint(ORIGIN, 256, older.root()), [SIGNER]))


@pytest.mark.parametrize("size", [300, 400])
@pytest.mark.parametrize("seen", [0, 300])
def test_it_refuses_another_history(tmp_path, stand_in, size, seen):
    with filled(tmp_path / "one", 300) as log:
        asking(stand_in).cosign(log.tiles(), signed(log))
    with Log(tmp_path / "two") as log:
        log.append([b"other", *entries(1, size)])
        with pytest.raises(Fork):
            asking(stand_in, seen).cosign(log.tiles(), signed(log))


def test_it_knows_neither_other_logs_nor_other_keys(tmp_path, stand_in):
    with filled(tmp_path / "log", 3) as log:
        with pytest.raises(KeyNotTrusted):
            asking(stand_in).cosign(log.tiles(), signed(log, STRANGER))
        with pytest.raises(UnknownLog):
            asking(StandIn("ours.example", tmp_path / "none", {})).cosign(log.tiles(), signed(log))


def test_a_first_head_takes_no_proof_and_no_larger_old_size(stand_in):
    head = sign_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)), [SIGNER])
    assert stand_in.answer(add_checkpoint_body(0, [bytes(32)], head))[0] == 422
    assert stand_in.answer(add_checkpoint_body(6, [], head))[0] == 400
    assert stand_in.answer(add_checkpoint_body(0, [], head))[0] == 200


def test_the_rehearsal_shows_that_it_cosigns_and_refuses(tmp_path):
    with filled(tmp_path / "log", 300) as log:
        steps = list(rehearse(log.tiles(), signed(log), SIGNER.verifier))
    assert [(step.what.split()[0], step.held) for step in steps] == [("cosigns", True)] * 3 + [("refuses", True)] * 3


def test_the_rehearsal_finds_a_witness_that_signs_anything(tmp_path, monkeypatch):
    def careless(self, old_size, proof, new, text):
        from minsheng.account.log import notes

        return 200, notes.sign(text, [self._signer])[len(text) + 1 :]

    monkeypatch.setattr(StandIn, "_considered", careless)
    with filled(tmp_path / "log", 300) as log:
        steps = list(rehearse(log.tiles(), signed(log), SIGNER.verifier))
    assert [step.held for step in steps] == [True] * 3 + [False] * 3


def test_the_rehearsal_finds_a_witness_that_does_not_trust_the_ledger(tmp_path):
    with filled(tmp_path / "log", 300) as log:
        first = next(iter(rehearse(log.tiles(), signed(log), STRANGER.verifier)))
    assert not first.held


def test_a_refusal_is_no_cosignature(tmp_path, stand_in):
    with filled(tmp_path / "log", 3) as log, pytest.raises(WitnessRefused):
        Witness("here", stand_in.verifier, 0, lambda _url, _body: (503, b"")).cosign(log.tiles(), signed(log))
