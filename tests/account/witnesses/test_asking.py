"""Asking witnesses for a bounded time: every answer has its name, a slow one holds nobody up, a fault of ours is
raised."""

from __future__ import annotations

import threading

import pytest

from minsheng.account.log.keys import write_vkey
from minsheng.account.log.merkle import ProofFailed
from minsheng.account.log.notes import NoteRefused
from minsheng.account.log.tiles import Tiles, tile_path
from minsheng.account.log.writer import Log
from minsheng.account.witnesses import Said, ask, policy_of, under
from minsheng.ground.city import WitnessRow
from support.log import ORIGIN, SIGNER, STRANGER, entries, filled, signed
from support.witness import Watcher

WATCHERS = 3


@pytest.fixture
def watchers():
    return [Watcher(f"w{n}.example", {ORIGIN: [SIGNER.verifier]}) for n in range(WATCHERS)]


def policy(watchers, quorum=0):
    rows = [
        WitnessRow(f"w{n}", f"body {n}", "", write_vkey(each.verifier), f"http://w{n}.example", "test")
        for n, each in enumerate(watchers)
    ]
    return policy_of(SIGNER.verifier, rows, quorum)


def sending(watchers):
    """Posts to the watcher whose address it is."""
    by_host = {f"http://w{n}.example/add-checkpoint": each for n, each in enumerate(watchers)}
    return lambda url, body: by_host[url].post(url, body)


@pytest.mark.parametrize(
    ("count", "quorum", "needed"), [(3, 0, 2), (3, 3, 3), (2, 0, 2), (1, 0, 1), (3, 1, 1), (5, 0, 3)]
)
def test_the_quorum_is_what_the_city_says_else_more_than_half(count, quorum, needed):
    made = policy([Watcher(f"w{n}.example", {}) for n in range(count)], quorum)
    assert made.groups["quorum"].threshold == needed
    assert type(made).parse(made.text()).text() == made.text()


def test_without_witnesses_the_policy_asks_for_none(tmp_path):
    made = policy([])
    assert made.text() == f"log {write_vkey(SIGNER.verifier)}\nquorum none\n".encode()
    with filled(tmp_path, 3) as log:
        assert ask(made, log.tiles(), signed(log), {}) == []


def test_all_cosign_and_the_head_opens_under_the_policy(tmp_path, watchers):
    made = policy(watchers)
    with filled(tmp_path, 300) as log:
        head = signed(log)
        answers = ask(made, log.tiles(), head, {}, send=sending(watchers))
        assert [(each.name, each.said) for each in answers] == [(f"w{n}", Said.COSIGNED) for n in range(3)]
        two = under(head, [each.cosignature for each in answers[1:]])
        assert set(made.open(two).witnessed_at) == {"w1", "w2"}
        assert under(two, [answers[1].cosignature]) == two
        with pytest.raises(NoteRefused, match="not met"):
            made.open(under(head, [answers[0].cosignature]))


def test_from_a_size_that_is_known_only_the_last_steps_are_proved(tmp_path, watchers):
    made = policy(watchers)
    with filled(tmp_path, 300) as log:
        ask(made, log.tiles(), signed(log), {}, send=sending(watchers))
        log.append(entries(300, 400))
        ask(made, log.tiles(), signed(log), {"w0": 300, "w1": 7}, send=sending(watchers))
    assert [len(each.asked) for each in watchers] == [2, 3, 3]
    assert {each.latest[ORIGIN].size for each in watchers} == {400}


def test_each_refusal_has_its_name(tmp_path, watchers):
    stranger, unknown = Watcher("w0.example", {ORIGIN: [STRANGER.verifier]}), Watcher("w1.example", {})
    made = policy([stranger, unknown, watchers[2]])
    with filled(tmp_path / "other", 350) as log:
        watchers[2].post("/add-checkpoint", b"old 0\n\n" + signed(log))
    with Log(tmp_path / "log") as log:
        log.append([b"other", *entries(1, 300)])
        answers = ask(made, log.tiles(), signed(log), {}, send=sending([stranger, unknown, watchers[2]]))
    assert [each.said for each in answers] == [Said.KEY_NOT_TRUSTED, Said.UNKNOWN_LOG, Said.FORK]
    assert all(each.words and each.cosignature is None for each in answers)
    assert "350 leaves" in answers[2].words


def test_a_witness_that_never_answers_holds_nobody_up(tmp_path, watchers):
    given, made = threading.Event(), policy(watchers)

    def send(url, body):
        if "w1" in url:
            given.wait(30)
        return sending(watchers)(url, body)

    with filled(tmp_path, 3) as log:
        answers = ask(made, log.tiles(), signed(log), {}, seconds=0.5, send=send)
    given.set()
    assert [each.said for each in answers] == [Said.COSIGNED, Said.UNREACHABLE, Said.COSIGNED]
    assert "within" in answers[1].words


def test_a_witness_that_is_down_is_unreachable(tmp_path):
    row = WitnessRow("down", "body", "", write_vkey(Watcher("w", {}).verifier), "http://127.0.0.1:1", "test")
    with filled(tmp_path, 3) as log:
        (answer,) = ask(policy_of(SIGNER.verifier, [row]), log.tiles(), signed(log), {})
    assert answer.said is Said.UNREACHABLE


def test_a_tile_of_ours_that_is_cut_short_is_our_fault_and_no_refusal(tmp_path, watchers):
    with filled(tmp_path, 100, 300) as log:
        head, whole = signed(log), log.tiles()

        def read(path):
            return whole.read(path)[:-1] if path == tile_path(0, 1, 44) else whole.read(path)

        with pytest.raises(ProofFailed, match="cut short"):
            ask(policy(watchers), Tiles(read, 300), head, {"w0": 100}, send=sending(watchers))
