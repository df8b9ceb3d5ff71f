"""The hash tree and its proofs, against RFC 6962's own definition and the known vectors of Certificate Transparency."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.account.log import merkle
from minsheng.account.log.merkle import ProofFailed
from support.log import Plain, entries

LEAVES = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    bytes.fromhex("606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIXTY_FIVE = 65
TREE = Plain(entries(0, 300))


def test_an_empty_log_has_the_root_that_rfc_6962_gives_it():
    assert merkle.root(0, TREE.nodes).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_first_eight_trees_have_the_known_roots(size):
    assert merkle.root(size, Plain(LEAVES).nodes).hex() == ROOTS[size - 1]


def test_a_known_consistency_proof_comes_out_hash_by_hash():
    proof = merkle.prove_consistency(6, 8, Plain(LEAVES).nodes)
    assert [each.hex()[:16] for each in proof] == ["0ebc5d3437fbe2db", "ca854ea128ed050b", "d37ee418976dd957"]
    merkle.check_consistency(proof, 6, bytes.fromhex(ROOTS[5]), 8, bytes.fromhex(ROOTS[7]))


@pytest.mark.parametrize("size", [*range(1, SIXTY_FIVE), 127, 128, 129, 255, 256, 257, 300])
def test_every_leaf_of_every_tree_is_proved_and_its_root_is_the_definitions(size):
    root = TREE.root(0, size)
    assert merkle.root(size, TREE.nodes) == root
    for index in range(size):
        merkle.check_inclusion(merkle.prove_inclusion(size, index, TREE.nodes), size, root, index, TREE.leaves[index])


@pytest.mark.parametrize("size", [*range(1, SIXTY_FIVE), 127, 128, 129, 255, 256, 257, 300])
def test_every_older_tree_is_proved_to_begin_every_newer_one(size):
    for old in range(1, size + 1):
        proof = merkle.prove_consistency(old, size, TREE.nodes)
        merkle.check_consistency(proof, old, TREE.root(0, old), size, TREE.root(0, size))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_inclusion_proof_altered_anywhere_fails(data):
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove_inclusion(size, index, TREE.nodes)
    root, leaf = TREE.root(0, size), TREE.leaves[index]
    altered = data.draw(st.sampled_from(_altered(proof)))
    with pytest.raises(ProofFailed):
        merkle.check_inclusion(altered, size, root, index, leaf)
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index)) if size > 1 else size
    with pytest.raises(ProofFailed):
        merkle.check_inclusion(proof, size, root, other, leaf)
    with pytest.raises(ProofFailed):
        merkle.check_inclusion(proof, size, root, index, bytes(32))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_consistency_proof_altered_anywhere_fails(data):
    size = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, size))
    proof = merkle.prove_consistency(old, size, TREE.nodes)
    altered = data.draw(st.sampled_from(_altered(proof)))
    roots = TREE.root(0, old), TREE.root(0, size)
    with pytest.raises(ProofFailed):
        merkle.check_consistency(altered, old, roots[0], size, roots[1])
    with pytest.raises(ProofFailed):
        merkle.check_consistency(proof, old, bytes(32), size, roots[1])
    with pytest.raises(ProofFailed):
        merkle.check_consistency(proof, old, roots[0], size, bytes(32))


@pytest.mark.parametrize(("size", "index"), [(0, 0), (5, 5), (5, -1), (1 << 62, 0), (1 << 80, 3)])
def test_no_proof_puts_a_leaf_outside_the_tree(size, index):
    with pytest.raises(ProofFailed):
        merkle.check_inclusion([], size, bytes(32), index, bytes(32))


@pytest.mark.parametrize(("old", "size"), [(0, 5), (6, 5), (-1, 5), (0, 0)])
def test_an_empty_or_larger_tree_begins_no_other(old, size):
    with pytest.raises(ProofFailed):
        merkle.check_consistency([], old, bytes(32), size, bytes(32))
    with pytest.raises(ValueError, match="does not begin"):
        merkle.prove_consistency(old, size, TREE.nodes)


def _altered(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with one hash more, fewer, other, shorter, or two exchanged."""
    ways = [[*proof, bytes(32)], [bytes(32), *proof]]
    for at, each in enumerate(proof):
        ways.append(proof[:at] + proof[at + 1 :])
        ways.append([*proof[:at], bytes([each[0] ^ 1]) + each[1:], *proof[at + 1 :]])
        ways.append([*proof[:at], each[:-1], *proof[at + 1 :]])
    if len(proof) > 1:
        ways.append([proof[1], proof[0], *proof[2:]])
    return ways
