"""The open ledger over HTTP and from the command line: what stands in the folder, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client

from minsheng.account.ledger import folder, number, publish
from minsheng.account.log import tiles
from minsheng.account.log.checkpoint import open_checkpoint
from minsheng.account.log.keys import read_vkey
from minsheng.respond import intake

pytestmark = pytest.mark.db


@pytest.fixture
def published(house) -> int:
    """A log of 300 leaves and more: full tiles and partial ones."""
    for i in range(260):
        intake.receive(intake.Request(f"第 {i} 件"))
    number()
    return publish().size


def test_anybody_can_verify_the_whole_log_through_its_addresses(published: int) -> None:
    client = Client()

    def read(path: str) -> bytes:
        answer = client.get(f"/log/{path}")
        if answer.status_code == 404:
            raise FileNotFoundError(path)
        return answer.content

    verifier = read_vkey(client.get("/log/key").content.decode().strip())
    checkpoint, _ = open_checkpoint(read("checkpoint"), [verifier], verifier.name)
    assert checkpoint.size == published == 260
    assert len(list(tiles.Tiles(read, checkpoint.size).audit(checkpoint.root))) == 260
    assert read("entries/000") == read("tile/entries/000") == (folder() / "tile/entries/000").read_bytes()


def test_full_tiles_may_be_kept_forever_and_the_checkpoint_never(published: int) -> None:
    client = Client()
    assert "immutable" in client.get("/log/tile/0/000")["Cache-Control"]
    assert client.get("/log/checkpoint")["Cache-Control"] == "no-cache"
    assert client.get("/log/checkpoint")["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        *("tile/0/../../.writing/lock", "tile/0/001", "tile/64/000", "tile/0/0", "tile/0/000.p/256", "tile/x/000"),
        *("entries/../checkpoint", "entries/x001/000/000", "tile/entries/%2e%2e/000", "nothing"),
    ],
)
def test_no_other_file_is_given_out(published: int, path: str) -> None:
    assert Client().get(f"/log/{path}").status_code == 404


def test_before_the_first_head_there_is_none(house) -> None:
    assert Client().get("/log/checkpoint").status_code == 404
