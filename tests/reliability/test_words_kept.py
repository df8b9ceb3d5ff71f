"""Every word that the house gave holds through kills of single processes (断电试验): acknowledged orders and commands,
receipts, signed heads. The whole of it, sixty kills: `minsheng bench kill`."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from minsheng.account.log.checkpoint import Checkpoint, sign_checkpoint
from minsheng.account.log.keys import Ed25519Signer, write_vkey
from minsheng.account.log.proof import prove
from minsheng.account.log.tiles import Tiles, in_folder
from minsheng.account.log.writer import Log
from minsheng.account.receipts import Promise, Receipt, sign
from minsheng.core.ledger import Leaf, LeafKind, tag_of
from minsheng.ground.keys import Keys
from reliability.campaign import Campaign, Row, lost
from reliability.outsider import Outsider
from reliability.residents import Filed

KILLS = 8
NAME = "example/line"
LOG, GATEWAY = Ed25519Signer(NAME, b"l" * 32), Ed25519Signer(NAME, b"g" * 32)


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "data").mkdir()
    return Campaign(tmp_path / "data", seed=2026)


@pytest.mark.db
@pytest.mark.slow
def test_every_word_holds_when_single_processes_of_a_house_under_load_are_killed(campaign: Campaign) -> None:
    found = campaign.run(KILLS)
    assert found.sound, found.lines()
    assert (found.kills.total(), len(found.kills)) == (KILLS, 6)
    assert found.receipts == found.orders > 0
    assert found.commands > 0
    assert found.heads > 1
    assert found.leaves >= found.orders


@pytest.mark.db
@pytest.mark.slow
def test_the_campaign_finds_what_is_lost_where_commits_are_answered_before_they_are_durable(
    campaign: Campaign,
) -> None:
    found = campaign.run(3, ["postmaster"], planted=True)
    assert found.lost, found.lines()


def receipt(number: int, channel: str = "web") -> Receipt:
    promise = Promise(bytes([number]) * 32, datetime(2026, 3, 1, tzinfo=UTC), channel, number)
    return sign(promise, bytes([number + 100]) * 32, GATEWAY)


def row(number: int, keys: Keys) -> Row:
    tag = tag_of(bytes([number + 100]) * 32)
    return f"N{number}", 2, keys.digest("external", "web", f"x{number}"), "web", number, tag, 2, True


def test_an_order_that_is_gone_cut_short_doubled_or_renumbered_is_found(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    rows = [row(n, keys) for n in range(1, 6)]
    filed = [Filed(f"N{n}", "web", f"x{n}", receipt(n), 2) for n in range(1, 6)]
    assert lost(rows, filed, keys) == []
    first, *others = rows
    for harmed in (
        rows[:-1],
        [(*first[:1], 1, *first[2:6], 1, True), *others],
        [(*first[:6], 3, True), *others],
        [(*first[:7], False), *others],
        [(*first[:2], None, *first[3:]), *others],
        [(*first[:4], 6, *first[5:]), *others],
        [(*first[:4], 5, *first[5:]), *others],
        [(*first[:5], b"\0" * 16, *first[6:]), *others],
        [(*first[:3], None, None, None, *first[6:]), *others],
        [*rows, row(7, keys)],
    ):
        assert lost(harmed, filed, keys), harmed


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that is served as the house's public files."""
    (tmp_path / "log" / "proof").mkdir(parents=True)
    (tmp_path / "log" / "key").write_text(f"{write_vkey(LOG.verifier)}\n")
    (tmp_path / "log" / "gateway").write_text(f"{write_vkey(GATEWAY.verifier)}\n")
    (tmp_path / "log" / "policy").write_text(f"log {write_vkey(LOG.verifier)}\nquorum none\n")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path / "log", f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def publish(folder: Path, commitments: list[bytes]) -> None:
    with Log(folder) as log:
        log.append([Leaf(LeafKind.INTAKE, date(2026, 3, 1), each).pack() for each in commitments])
        log.publish(sign_checkpoint(Checkpoint(NAME, log.head.size, log.head.root), [LOG]))


def wait_for_heads(outsider: Outsider, count: int) -> None:
    while len(outsider.seen) < count:
        threading.Event().wait(0.01)


def test_heads_that_continue_one_another_are_consistent_and_a_rewritten_or_shortened_log_is_found(
    site: tuple[Path, str],
) -> None:
    folder, address = site
    dice = random.Random(5)
    leaves = [dice.randbytes(32) for _ in range(700)]
    publish(folder, leaves[:300])
    outsider = Outsider(address)
    wait_for_heads(outsider, 1)
    publish(folder, leaves[300:600])
    wait_for_heads(outsider, 2)
    assert outsider.inconsistent() == []
    assert outsider.inconsistent_with_the_last() == []
    for number, forged in enumerate(
        [[*leaves[:599], leaves[0], leaves[600]], leaves[:500], [leaves[1], *leaves[1:600]]]
    ):
        for file in sorted((folder / "tile").rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        (folder / "checkpoint").unlink()
        publish(folder, forged)
        wait_for_heads(outsider, 3 + number)
        assert outsider.inconsistent()
        assert outsider.inconsistent_with_the_last()
    outsider.end()


def test_a_receipt_without_its_leaf_with_another_or_with_a_wrong_signature_is_not_kept(site: tuple[Path, str]) -> None:
    folder, address = site
    given = [receipt(n) for n in range(1, 5)]
    publish(folder, [each.promise.commitment for each in given])
    signed = (folder / "checkpoint").read_bytes()
    tiles = Tiles(in_folder(folder), len(given))
    proofs = [prove(tiles, n, signed, tiles.entry(n)).text() for n in range(len(given))]
    for each, proof in zip(given, proofs, strict=True):
        (folder / "proof" / each.tag).write_bytes(proof)
    outsider = Outsider(address)
    assert outsider.unkept(given) == []
    assert outsider.unkept([replace(given[0], signature=given[1].signature)])
    assert outsider.unkept([receipt(9)])
    (folder / "proof" / given[0].tag).write_bytes(proofs[1])
    (folder / "proof" / given[1].tag).write_bytes(proofs[1].replace(b"index 1", b"index 2"))
    (folder / "proof" / given[2].tag).write_bytes(b"")
    assert len(outsider.unkept(given)) == 3
    outsider.end()
