"""The frame holds together: one list of packages, pinned and hashed, no registry named, one command to begin with."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tomllib
from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / "minsheng"


@pytest.fixture
def bootstrap() -> dict[str, Any]:
    return runpy.run_path(str(BOOTSTRAP), run_name="bootstrap")


def requirement_name(line: str) -> str:
    return re.split(r"[\[<>=!~; ]", line.strip(), maxsplit=1)[0].lower()


def test_requirements_are_those_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = {*project["project"]["dependencies"], *project["dependency-groups"]["dev"]}
    written = {line for line in (ROOT / "requirements.in").read_text("utf-8").splitlines() if line and line[0] != "#"}
    assert written == declared


def test_every_package_of_the_lock_is_pinned_and_hashed_and_every_wish_is_in_it() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and line[0] not in "# "]
    assert all(re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:", entry) for entry in entries)
    wished = {
        requirement_name(line) for line in (ROOT / "requirements.in").read_text("utf-8").splitlines() if line[:1] != "#"
    }
    assert wished - {""} <= {requirement_name(entry) for entry in entries}


@pytest.mark.parametrize("name", ["requirements.in", "requirements.lock", "package.json", "minsheng", ".ci/run"])
def test_nothing_names_the_host_of_a_registry(name: str) -> None:
    assert not re.search(r"https?://|index-url|registry=", (ROOT / name).read_text("utf-8"))


def test_every_front_end_library_has_an_exact_version_and_an_integrity() -> None:
    declared = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert declared["dependencies"].keys() == declared["minsheng"].keys()
    for name, version in declared["dependencies"].items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert len(base64.b64decode(declared["minsheng"][name]["integrity"].removeprefix("sha512-"))) == 64


def test_fetched_code_stays_out_of_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert {"src/minsheng/doors/static/vendor/", ".venv/", ".tools/"} <= set(ignored)


def test_the_bootstrap_stands_on_the_standard_library_alone() -> None:
    imported = re.findall(r"^(?:import|from) (\w+)", BOOTSTRAP.read_text("utf-8"), re.MULTILINE)
    assert set(imported) <= sys.stdlib_module_names
    assert os.access(BOOTSTRAP, os.X_OK)


def test_an_older_python_is_told_in_one_sentence() -> None:
    head = BOOTSTRAP.read_text("utf-8").partition("import base64")[0]
    told = head.replace("import sys\n", "import sys\nsys.version_info = (3, 9, 2)\n", 1)
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "needs Python 3.11 or newer" in ran.stderr
    assert ran.stderr.count("\n") == 1
    compile(BOOTSTRAP.read_text("utf-8"), "minsheng", "exec", flags=0, dont_inherit=True)


def archive_with(folder: Path, *names: str) -> Path:
    path = folder / "library.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = 4
            tar.addfile(entry, io.BytesIO(b"code"))
    return path


def rule_for(path: Path, *files: str) -> dict[str, object]:
    return {"integrity": "sha512-" + base64.b64encode(sha512(path.read_bytes()).digest()).decode(), "files": files}


def test_only_the_listed_files_of_a_library_are_unpacked(tmp_path: Path, bootstrap: dict[str, Any]) -> None:
    path = archive_with(tmp_path, "dist/a.js", "dist/a.js.map", "dist/images/p.png", "src/b.js", "dist/../../../out")
    bootstrap["unpack"](path, rule_for(path, "dist/a.js", "dist/images/"), tmp_path / "to")
    found = sorted(str(file.relative_to(tmp_path / "to")) for file in (tmp_path / "to").rglob("*") if file.is_file())
    assert found == ["a.js", "images/p.png"]


def test_a_library_that_is_not_the_described_one_is_refused(tmp_path: Path, bootstrap: dict[str, Any]) -> None:
    path = archive_with(tmp_path, "dist/a.js")
    rule = rule_for(path, "dist/a.js")
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(SystemExit, match=r"not the file that package\.json describes"):
        bootstrap["unpack"](path, rule, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_a_listed_file_that_a_library_lacks_is_named(tmp_path: Path, bootstrap: dict[str, Any]) -> None:
    path = archive_with(tmp_path, "dist/a.js")
    with pytest.raises(SystemExit, match=r"holds no dist/c\.js"):
        bootstrap["unpack"](path, rule_for(path, "dist/a.js", "dist/c.js"), tmp_path / "to")


def test_without_pip_the_bootstrap_gives_the_line_that_installs_it(tmp_path: Path) -> None:
    shutil.copy(BOOTSTRAP, tmp_path)
    for name in ("requirements.lock", "package.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "pip.py").write_text("raise SystemExit(1)\n")
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "minsheng"), "up"],
        env={"PATH": str(tmp_path), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "apt-get install -y python3-pip" in ran.stderr
    assert ran.stdout == ""


def test_once_set_up_the_bootstrap_becomes_the_program(tmp_path: Path, bootstrap: dict[str, Any]) -> None:
    shutil.copy(BOOTSTRAP, tmp_path)
    for name in ("requirements.lock", "package.json"):
        shutil.copy(ROOT / name, tmp_path)
    copy = runpy.run_path(str(tmp_path / "minsheng"), run_name="bootstrap")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$$ $@"\n')
    python.chmod(0o755)
    copy["VENDOR"].mkdir(parents=True)
    (tmp_path / ".venv" / ".made-from").write_text(copy["wanted"](copy["LOCK"], str(tmp_path), copy["VERSION"]))
    (copy["VENDOR"] / ".made-from").write_text(copy["wanted"](copy["PACKAGES"]))
    ran = subprocess.Popen(
        [sys.executable, str(tmp_path / "minsheng"), "up", "--port", "8000"], stdout=subprocess.PIPE, text=True
    )
    assert ran.communicate()[0] == f"{ran.pid} -P -m minsheng.doors.cli up --port 8000\n"
