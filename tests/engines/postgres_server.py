"""A real PostgreSQL server on loopback, in a directory of its own, that can be killed and started again.

One for each process that asks (``shared``), begun at the first use and gone with the process. Where no server is
installed the test that asks is skipped with the reason.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

PASSWORD = "Pl4nted/Passw0rd"  # a slash, so that its quoted form differs
_QUOTED = "Pl4nted%2FPassw0rd"
_PLACES = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/local/bin"), Path("/usr/bin"))
_MEMORY = Path("/dev/shm")
_PREFIX = "sendmode-sync-postgres-"
_SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=16MB", "max_connections=60")


class Server:
    """A cluster: ``url`` names its one database, ``fresh`` empties it."""

    def __init__(self, programs: Path, directory: Path) -> None:
        self._programs = programs
        self._directory = directory
        self._data = directory / "data"
        self.port = _free_port()
        self._settings: tuple[str, ...] = _SETTINGS
        secret = directory / "password"
        secret.write_text(PASSWORD)
        _give(directory)
        _give(secret)
        self._run(
            *("initdb", "-D", str(self._data), "-U", "tester", "-A", "scram-sha-256", "--pwfile", str(secret)),
            *("--no-sync", "--locale=C", "--encoding=UTF8"),
        )
        self.start()

    @property
    def url(self) -> str:
        """Return the URL, password and all."""
        return self.address(self.port)

    def address(self, port: int) -> str:
        """Return the URL as it is reached through another port."""
        return f"postgresql://tester:{_QUOTED}@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        """Start and wait until it answers."""
        settings = " ".join(f"-c {setting}" for setting in (*self._settings, f"port={self.port}"))
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-s", "-l", str(self._directory / "log"), "-o", settings, "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop: ``immediate`` as by a crash, ``fast`` in good order."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-s", "-m", mode, "stop")

    def follow(self) -> None:
        """Go on as a standby of a primary that is away: everything can be read, and nothing changed."""
        self.stop("fast")
        signal = self._data / "standby.signal"
        signal.touch()
        _give(signal)
        self.start()

    def promote(self) -> None:
        """Bring the server back from its own log, as after a failover: it goes on on another timeline."""
        self.stop("fast")
        signal = self._data / "recovery.signal"
        signal.touch()
        _give(signal)
        self._settings = (*self._settings, "restore_command=/bin/false")
        self.start()
        with self.admin() as admin:
            while admin.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                admin.execute("SELECT pg_sleep(0.05)")

    def remove(self) -> None:
        """Stop where it runs, and leave nothing behind."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def fresh(self) -> str:
        """Drop the state and every session that is left; return the URL."""
        with self.admin() as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            admin.execute("DROP SCHEMA IF EXISTS sendmode_sync CASCADE")
        return self.url

    @contextlib.contextmanager
    def admin(self) -> Iterator[psycopg.Connection]:
        """Connect as whoever looks after the server."""
        with psycopg.connect(
            self.url, autocommit=True, options="-c search_path=sendmode_sync -c client_min_messages=error"
        ) as made:
            yield made

    def set(self, *statements: str) -> None:
        """Execute statements as an administrator, and let the server read its settings again."""
        with self.admin() as admin:
            for statement in statements:
                admin.execute(statement.encode())
            admin.execute("SELECT pg_reload_conf(), pg_sleep(0.1)")

    def terminate(self, application: str = "sendmode-sync") -> int:
        """End the sessions of an application, as an administrator does; return how many."""
        with self.admin() as admin:
            found = admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
                (application,),
            )
            return len(found.fetchall())

    def _run(self, program: str, *arguments: str) -> None:
        _as_nobody_special(self._programs, self._directory, program, *arguments).check_returncode()


def programs() -> Path | None:
    """Return where the server's programs are; None where it is not installed, or may not be run."""
    if os.getuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return None
    return next((place for place in _PLACES if (place / "initdb").exists()), None)


def started() -> Server:
    """Start a server of its own; whoever asks removes it."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL server is installed here, or root has no user postgres to run it as")
    home = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())
    _clear_away(found, home)
    return Server(found, Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=home)))


def _clear_away(found: Path, home: Path) -> None:
    """Stop and remove what processes left behind that were killed themselves."""
    for directory in home.glob(f"{_PREFIX}*-*"):
        owner = directory.name.removeprefix(_PREFIX).split("-")[0]
        if not Path("/proc", owner).exists() and Path("/proc/self").exists():
            _as_nobody_special(
                found, directory, "pg_ctl", "-D", str(directory / "data"), "-s", "-m", "immediate", "stop"
            )
            shutil.rmtree(directory, ignore_errors=True)


@functools.cache
def shared() -> Server:
    """Return the one server of this process."""
    server = started()
    atexit.register(server.remove)
    return server


def _as_nobody_special(
    found: Path, directory: Path, program: str, *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Run one of the server's programs, which refuse to be run by root."""
    command = [str(found / program), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    quiet = subprocess.DEVNULL
    return subprocess.run(command, check=False, stdin=quiet, stdout=quiet, stderr=quiet, cwd=directory)


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _give(path: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(path, "postgres", "postgres")
