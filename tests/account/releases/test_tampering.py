"""Every way of tampering with a release or its log is found: by `verify`, and by the file that outsiders run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from account.releases.cases import Case, case_of
from account.releases.forging import COUNTED
from account.releases.tampering import tamperings
from account.releases.world import world
from minsheng.account.log.policy import Policy
from minsheng.account.log.tiles import in_folder
from minsheng.account.releases import Fault, Report, verify

STANDALONE = Path(sys.modules["minsheng.account.releases"].__file__ or "").with_name("standalone.py")
NUMBERS = (0, 2)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """A world for each release tampered with: the release is its last, so that the log holds no leaf of it yet."""
    made = {n: world(tmp_path_factory.mktemp("w") / "w", random.Random(11), 90, months=n + 1) for n in NUMBERS}
    assert len(made[2].leaves) > 260, "the log has no full tile"
    return made


def check(case: Case) -> Report:
    """By the house's own verifier."""
    return verify(
        in_folder(case.log),
        (case.log / "checkpoint").read_bytes(),
        Policy.parse(case.policy.read_bytes()),
        case.release,
        seen=case.seen.read_bytes() if case.seen else None,
    )


def outside(case: Case) -> subprocess.CompletedProcess[str]:
    """By the file that stands alone, in a process of its own that knows nothing of the house."""
    command = [sys.executable, "-I", str(STANDALONE), "--log", str(case.log), "--release", str(case.release)]
    command += ["--policy", str(case.policy), *(["--seen", str(case.seen)] if case.seen else [])]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=os.sep, timeout=60)


def test_there_are_more_than_two_hundred_kinds():
    assert len(tamperings(0).keys() | tamperings(2).keys()) >= 200


@pytest.mark.parametrize("number", NUMBERS)
def test_an_honest_release_is_accepted_by_both(honest, number, tmp_path):
    case = case_of(honest[number], tmp_path / "case", number)
    assert check(case).rates
    assert outside(case).returncode == 0


KINDS = [(number, name) for number in NUMBERS for name in tamperings(number)]
CASES = [pytest.param(*kind, marks=pytest.mark.slow if at % 12 else ()) for at, kind in enumerate(KINDS)]


@pytest.mark.parametrize(("number", "name"), CASES)
def test_tampering_is_found(honest, number, name, tmp_path):
    case = case_of(honest[number], tmp_path / "case", number)
    tamperings(number)[name](case)
    with pytest.raises(Fault) as fault:
        check(case)
    assert fault.value.sentence.endswith(".")
    assert fault.value.sentence[0].isupper()


@pytest.mark.parametrize("name", COUNTED)
@pytest.mark.parametrize("number", NUMBERS)
def test_receipts_given_for_requests_that_were_not_entered_are_found(honest, number, name, tmp_path):
    case = case_of(honest[number], tmp_path / "case", number)
    COUNTED[name](case)
    with pytest.raises(Fault) as fault:
        check(case)
    assert fault.value.name in ("counter", "malformed")


@pytest.mark.parametrize("number", NUMBERS)
def test_the_outside_verifier_finds_some_of_each_sort(honest, number, tmp_path):
    assert _missed(honest[number], number, tmp_path, list(tamperings(number))[::25]) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_the_outside_verifier_finds_all(honest, number, tmp_path):
    assert _missed(honest[number], number, tmp_path, list(tamperings(number))) == []


def _missed(made, number: int, folder: Path, names: list[str]) -> list[str]:
    """The changes at which the outside verifier does not stop with one sentence, and what it said."""

    def missed(at: int) -> str:
        case = case_of(made, folder / str(at), number)
        tamperings(number)[names[at]](case)
        said = outside(case)
        one = said.returncode == 1 and len(said.stderr.splitlines()) == 1 and "Traceback" not in said.stderr
        return "" if one else f"{names[at]}: {said.returncode} {said.stderr[-200:]}"

    with ThreadPoolExecutor(2) as pool:
        return [each for each in pool.map(missed, range(len(names))) if each]


def _alarms(folder: Path, seed: int) -> list[str]:
    """What either verifier says against the releases of an honest log, and whether they agree on every rate."""
    made = world(folder / "w", random.Random(seed), 20 + seed % 90)
    said = []
    for number in range(3):
        case = case_of(made, folder / str(number), number)
        try:
            rates = [f"{row[3]}/{row[4]}, left out {row[5]}" for row in check(case).rates]
        except Fault as fault:
            said.append(fault.sentence)
            continue
        found = outside(case)
        if found.returncode or [line.split(": ")[1] for line in found.stdout.splitlines() if "/" in line] != rates:
            said.append(found.stderr or found.stdout)
    return said


def test_a_few_honest_logs_give_no_alarm(tmp_path):
    assert [_alarms(tmp_path / str(seed), seed) for seed in range(2)] == [[], []]


@pytest.mark.slow
def test_a_hundred_honest_logs_give_no_alarm(tmp_path):
    assert [said for seed in range(100) if (said := _alarms(tmp_path / str(seed), seed))] == []
