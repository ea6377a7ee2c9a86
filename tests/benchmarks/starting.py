"""How long an apply takes from its start to its first import, and again after it was killed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from sendmode_sync.emulator import app, serve
from sendmode_sync.emulator.account import EmulatedAccount
from tests.benchmarks import lists
from tests.benchmarks.sample import KEY, PROGRAM, run

_LONGEST = 120.0


def rows(root: Path, env: Mapping[str, str], many: int) -> Iterator[tuple[str, str, str, bool]]:
    """Yield the two rows."""
    account = EmulatedAccount(api_key=KEY)
    server = serve.serve(app.make_app(account), port=0)
    directory = root / "starting"
    lists.write("csv", many, directory)
    project = directory / "sendmode.yaml"
    address = f"account: {{base_url: 'http://127.0.0.1:{server.port}/v2'}}\n"
    project.write_text(project.read_text(encoding="utf-8") + address, encoding="utf-8")
    run([*PROGRAM, "state", "init"], directory, env)
    with server:
        for title, most in (("first import of an `apply` of", 3.0), ("first import after a kill of", 5.0)):
            taken = _until_an_import(account, directory, {**env, "SENDMODE_API_KEY": KEY})
            yield f"{title} {many:,}", f"{most:g} s", f"{taken:.2f} s", taken > most


def _until_an_import(account: EmulatedAccount, directory: Path, env: Mapping[str, str]) -> float:
    """Start an apply, wait for its first import, and kill it."""
    before = len(account.contacts)
    started = time.perf_counter()
    command = [*PROGRAM, "apply", "--auto-approve"]
    with subprocess.Popen(
        command, cwd=directory, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while len(account.contacts) == before and time.perf_counter() - started < _LONGEST:
            time.sleep(0.002)
        taken = time.perf_counter() - started
        process.kill()
    return taken
