"""``minsheng test`` (自检): everything that is held against this house, in the order in which it is quick to fail.

``quick`` is style, types, import lines and the tests that need no browser; ``journeys`` walk through a real browser;
``slow`` are kill tests and whole data sets; ``all``, the default, is the three in turn. Anything else is passed to
pytest: ``minsheng test tests/core -k deadline`` runs just that. In CI (``CI=true``) a skipped test is a failed one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[3]
PARTS = {"quick": "not journey and not slow", "journeys": "journey", "slow": "slow"}
SOURCES = ("src", "tests", "bench", "tools", "minsheng")
NO_TESTS = 5
OUTCOMES = {"failure": "failed", "error": "failed", "skipped": "skipped"}


def run(argv: Sequence[str]) -> int:
    """Run a part (quick, journeys, slow, all) or what pytest is told; 0 when nothing failed and something ran."""
    if not (ROOT / "pyproject.toml").exists():
        print("The tests are in the source tree: run ./minsheng test in a clone of the project.", file=sys.stderr)
        return 2
    part, rest = (argv[0], argv[1:]) if argv and argv[0] in {*PARTS, "all"} else ("all", argv)
    totals: Counter[str] = Counter()
    if rest:
        marks = ["-m", PARTS[part]] if part in PARTS and "-m" not in rest else []
        code = _pytest([*marks, *rest], totals)
    else:
        code = _parts(list(PARTS) if part == "all" else [part], totals)
    print(f"total: {totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped", flush=True)
    return code or (0 if totals["passed"] else NO_TESTS)


def _parts(names: Sequence[str], totals: Counter[str]) -> int:
    for name in names:
        if name == "quick" and (code := _quick(totals)):
            return code
        if name != "quick" and (code := _pytest(["-m", PARTS[name]], totals, name)):
            return code
    return 0


def _quick(totals: Counter[str]) -> int:
    """What a hand runs before each commit; ``core`` must be covered branch by branch."""
    bin_folder = Path(sys.executable).parent
    sources = [source for source in SOURCES if (ROOT / source).exists()]
    checks: tuple[tuple[str, list[str | Path]], ...] = (
        ("ruff check", [bin_folder / "ruff", "check", *sources]),
        ("ruff format", [bin_folder / "ruff", "format", "--check", *sources]),
        ("mypy", [bin_folder / "mypy"]),
        ("import lines", [bin_folder / "lint-imports"]),
    )
    for title, command in checks:
        if code := _step(title, command):
            return code
    measured = ["-n", "auto", "--dist", "loadfile", "--cov", "--cov-report=term:skip-covered"]
    if code := _pytest(["-m", PARTS["quick"], *measured], totals, "quick"):
        return code
    whole = ["report", "--include=src/minsheng/core/*", "--fail-under=100"]
    return _step("every branch of core", [sys.executable, "-m", "coverage", *whole])


def _pytest(arguments: Sequence[str], totals: Counter[str], part: str = "") -> int:
    """One pytest run, its counts added to the totals; a part without tests is said and passes."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", *arguments, f"--junitxml={report}"]
        code = _step(f"pytest {part}".strip(), command, fails=lambda code: code not in {0, NO_TESTS})
        if report.exists():
            totals.update(_outcomes(report))
    return 0 if code == NO_TESTS else code


def _outcomes(report: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        worst = [OUTCOMES[child.tag] for child in case if child.tag in OUTCOMES]
        found["failed" if "failed" in worst else worst[0] if worst else "passed"] += 1
    return found


def _step(title: str, command: Sequence[str | Path], fails: Callable[[int], bool] = bool) -> int:
    print(f"── {title}", flush=True)
    began = time.monotonic()
    code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    print(f"── {title}: {'failed' if fails(code) else 'done'} in {time.monotonic() - began:.1f} s", flush=True)
    return code
