"""The database that comes along starts, stops and survives whatever may happen to the process that owns it."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from minsheng.ground.embedded import EmbeddedError, PostgreSQL, find_binaries
from minsheng.ground.embedded.layout import Layout, launching
from minsheng.ground.embedded.processes import processes, wait_until

pytestmark = pytest.mark.db

QUICK = {"fsync": "off", "shared_buffers": "32MB"}
OWNER = """
    import sys, time
    from pathlib import Path
    from minsheng.ground.embedded import PostgreSQL
    server = PostgreSQL(Path(sys.argv[1]), join={join}, settings={settings!r})
    server.start()
    print("up", flush=True)
    sys.stdin.readline()
    server.stop()
"""


Spawn = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "data"


@pytest.fixture
def spawn(data: Path) -> Iterator[Spawn]:
    """Start another process that owns or joins the database; it stops when a line is written to it."""
    started: list[subprocess.Popen[str]] = []

    def start(join: bool = False, group: bool = True) -> subprocess.Popen[str]:
        script = textwrap.dedent(OWNER.format(join=join, settings=QUICK))
        process = subprocess.Popen(
            [sys.executable, "-c", script, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=group,
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def inhabitants(data: Path) -> list[int]:
    mark = Layout(data).mark
    return [pid for pid, line in processes() if mark in line and line.startswith(("postgres", "/"))]


def count(server: PostgreSQL) -> int:
    with psycopg.connect(server.conninfo("owner")) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row
        return int(row[0])


def keep(server: PostgreSQL) -> None:
    with psycopg.connect(server.conninfo("owner")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO kept DEFAULT VALUES")


def test_a_new_data_directory_becomes_a_database_that_keeps_what_was_committed(data: Path) -> None:
    with PostgreSQL(data, settings=QUICK) as server:
        keep(server)
    assert inhabitants(data) == []
    with PostgreSQL(data, settings=QUICK) as server:
        assert count(server) == 1


def test_nothing_but_a_socket_inside_a_private_folder_listens(data: Path) -> None:
    with PostgreSQL(data, settings=QUICK) as server:
        with psycopg.connect(server.conninfo("superuser")) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        for folder in (server.layout.sockets, server.layout.cluster, server.layout.secrets, data):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((server.layout.secrets / "roles.json").stat().st_mode) == 0o600


def test_a_deep_data_directory_gets_a_short_socket(data: Path) -> None:
    deep = data / ("deep" * 20) / ("deeper" * 10)
    with PostgreSQL(deep, settings=QUICK) as server:
        assert len(str(server.layout.sockets)) < 80
        keep(server)
        assert count(server) == 1


def test_the_server_is_durable_unless_a_test_says_otherwise(data: Path) -> None:
    with PostgreSQL(data) as server, psycopg.connect(server.conninfo("app")) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
            assert row == ("on",), setting


def test_roles_have_just_the_powers_they_need(postgres: PostgreSQL) -> None:
    with psycopg.connect(postgres.conninfo("superuser")) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE starts_with(rolname, 'minsheng_') ORDER BY rolname"
        ).fetchall()
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'minsheng'"
        ).fetchone()
    assert rows == [
        ("minsheng_app", False, False, False, False),
        ("minsheng_loader", False, True, False, False),
        ("minsheng_owner", False, False, False, False),
        ("minsheng_vault", False, False, False, False),
    ]
    assert owner == ("minsheng_owner",)


def test_a_role_without_its_password_stays_outside(postgres: PostgreSQL) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.conninfo("owner"), password="guessed")


def test_chinese_words_are_found_by_trigram(postgres: PostgreSQL) -> None:
    with psycopg.connect(postgres.conninfo("owner")) as connection:
        row = connection.execute(
            "SELECT similarity('路灯不亮了', '路灯不亮') > 0.5, show_trgm('路灯') <> '{}'"
        ).fetchone()
    assert row == (True, True)


def test_logs_hold_no_words_of_residents(data: Path) -> None:
    with (
        PostgreSQL(data, settings=QUICK) as server,
        psycopg.connect(server.conninfo("owner"), autocommit=True) as connection,
    ):
        connection.execute("CREATE TABLE words (word text UNIQUE)")
        connection.execute("INSERT INTO words VALUES ('邻居的秘密')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO words VALUES ('邻居的秘密')")
    written = "".join(path.read_text() for path in server.layout.log.glob("postgresql-*.log"))
    assert "words_word_key" in written
    assert "邻居的秘密" not in written


def test_a_second_owner_is_told_the_number_of_the_first(data: Path, spawn: Spawn) -> None:
    first = spawn()
    with pytest.raises(EmbeddedError, match=rf"in use by process {first.pid}\. Stop that one first"):
        PostgreSQL(data, settings=QUICK).start()


def test_a_command_joins_the_server_of_a_running_service_and_leaves_it_running(data: Path, spawn: Spawn) -> None:
    first = spawn()
    with PostgreSQL(data, join=True) as server:
        keep(server)
    assert first.poll() is None
    assert inhabitants(data)


def test_a_server_started_by_one_command_stays_until_the_other_command_has_finished(data: Path, spawn: Spawn) -> None:
    first = spawn(join=True)
    assert first.stdin
    with PostgreSQL(data, join=True) as guest:
        first.stdin.write("stop\n")
        first.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            first.wait(0.5)
        keep(guest)
    assert first.wait(10) == 0
    assert inhabitants(data) == []


@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "owner alone"])
def test_after_kill_9_of_the_owner_the_next_start_has_every_commit(data: Path, spawn: Spawn, whole_group: bool) -> None:
    owner = spawn()
    with PostgreSQL(data, join=True) as guest:
        keep(guest)
    (os.killpg if whole_group else os.kill)(owner.pid, signal.SIGKILL)
    owner.wait()
    with PostgreSQL(data, settings=QUICK) as server:
        assert count(server) == 1


def test_postgresql_does_not_outlive_a_killed_owner(data: Path, spawn: Spawn) -> None:
    owner = spawn()
    assert inhabitants(data)
    owner.kill()
    owner.wait()
    assert wait_until(lambda: not inhabitants(data), 6)


def test_after_kill_9_of_postgresql_itself_the_next_start_has_every_commit(data: Path) -> None:
    server = PostgreSQL(data, settings=QUICK)
    server.start()
    keep(server)
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    assert wait_until(lambda: not server.alive, 5)
    server.stop()
    with PostgreSQL(data, settings=QUICK) as again:
        assert count(again) == 1


def test_an_orphan_still_running_is_ended_before_the_next_start(data: Path) -> None:
    with PostgreSQL(data, settings=QUICK) as server:
        keep(server)
    binaries, _ = find_binaries()
    layout = server.layout
    command = [binaries / "postgres", "-D", layout.cluster, "-c", f"cluster_name={layout.mark}"]
    command += ["-c", f"unix_socket_directories={layout.sockets}", "-c", "listen_addresses="]
    orphan = subprocess.Popen(
        launching(layout.account(), signal.SIGQUIT, command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert wait_until((layout.sockets / ".s.PGSQL.5432").exists, 10)
    with PostgreSQL(data, settings=QUICK) as again:
        assert orphan.wait(5) is not None
        assert count(again) == 1


def test_a_stale_pid_file_that_names_a_stranger_does_not_bar_the_start(data: Path) -> None:
    with PostgreSQL(data, settings=QUICK) as server:
        keep(server)
    stale = [str(os.getppid()), str(server.layout.cluster), "0", "5432", str(server.layout.sockets), "", "0", "ready"]
    (server.layout.cluster / "postmaster.pid").write_text("\n".join(stale) + "\n")
    with PostgreSQL(data, settings=QUICK) as again:
        assert count(again) == 1
    os.kill(os.getppid(), 0)


def test_a_half_made_cluster_of_a_killed_first_start_is_made_anew(data: Path) -> None:
    (data / "pg.new" / "base").mkdir(parents=True)
    with PostgreSQL(data, settings=QUICK) as server:
        keep(server)
        assert not (data / "pg.new").exists()


def test_a_cluster_of_another_version_is_refused_with_a_remedy(data: Path) -> None:
    with PostgreSQL(data, settings=QUICK) as server:
        (server.layout.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match=r"written by PostgreSQL 16.*pg_upgrade"):
        PostgreSQL(data, settings=QUICK).start()


def test_a_setting_that_postgresql_refuses_is_quoted_and_frees_the_directory(data: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"did not start \(exit 1\).*shared_buffers"):
        PostgreSQL(data, settings={"shared_buffers": "many"}).start()
    with PostgreSQL(data, settings=QUICK) as server:
        assert server.alive


def test_a_lost_file_of_passwords_says_what_to_restore(data: Path) -> None:
    with PostgreSQL(data, settings=QUICK) as server:
        (server.layout.secrets / "roles.json").unlink()
        with pytest.raises(EmbeddedError, match="restore that file from the backup"):
            server.conninfo("app")


def test_a_data_directory_that_is_a_file_is_refused_with_a_remedy(data: Path) -> None:
    data.write_text("")
    with pytest.raises(EmbeddedError, match="Choose another with --data"):
        PostgreSQL(data).start()


def test_a_start_outside_the_main_thread_is_a_fault(data: Path) -> None:
    raised: list[BaseException] = []

    def start() -> None:
        try:
            PostgreSQL(data).start()
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])


def test_database_url_names_the_server_and_nothing_is_started(
    tmp_path: Path, postgres: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "data" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "roles.json").write_text((postgres.layout.secrets / "roles.json").read_text())
    monkeypatch.setenv("DATABASE_URL", postgres.conninfo("superuser"))
    with PostgreSQL(tmp_path / "data") as server:
        assert server.pid is None
        with psycopg.connect(server.conninfo("app")) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("minsheng_app",)
    assert not (tmp_path / "data" / "pg").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand files to the user nobody")
def test_root_without_user_namespaces_runs_it_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minsheng.ground.embedded.layout._namespaces_work", lambda: False)
    with tempfile.TemporaryDirectory(prefix="ms-") as folder:
        os.chmod(folder, 0o755)
        data = Path(folder) / "data"
        with PostgreSQL(data, settings=QUICK) as server:
            keep(server)
            assert server.layout.cluster.stat().st_uid == pwd.getpwnam("nobody").pw_uid
        with PostgreSQL(data, settings=QUICK) as again:
            assert count(again) == 1
