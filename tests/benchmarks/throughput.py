"""Measures how much of the rate limit ``apply`` uses over HTTP when answers are slow, and what the server saw.

python -m tests.benchmarks.throughput [--quick]
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sendmode_sync.emulator import app, serve
from sendmode_sync.emulator.account import EmulatedAccount
from tests.benchmarks.sample import KEY, PROGRAM, environment, run

SHARES = {0.3: 0.99, 1.1: 0.975, 2.0: 0.96}
"""What of the limit is to be used, by how long an answer takes in seconds."""

CPU_A_CALL = 0.010


class Limit(NamedTuple):
    """So many calls in so many seconds."""

    calls: int
    seconds: float


def project(directory: Path, port: int, imports: int, limit: Limit) -> None:
    """Write a project with nothing but imports."""
    directory.mkdir(parents=True)
    lines = "\n".join(f"  - {{mobilenumber: 089{at:07d}, groups: [people]}}" for at in range(imports))
    (directory / "sendmode.yaml").write_text(
        f"""version: 1
account:
  base_url: http://127.0.0.1:{port}/v2
  rate_limit: {{calls: {limit.calls}, per_seconds: {limit.seconds:g}}}
groups: {{people: {{}}}}
customers:
{lines}
""",
        encoding="utf-8",
    )


def worst_window(arrivals: list[float], seconds: float) -> int:
    """Return the most arrivals in any window of that length."""
    worst = first = 0
    for last, at in enumerate(arrivals):
        while arrivals[first] <= at - seconds:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


def utilisation(arrivals: list[float], limit: Limit) -> float:
    """Return k windows over the time between start i and start i + k x calls, for the largest k, at its median i."""
    windows = (len(arrivals) - 1) // limit.calls
    shares = sorted(
        windows * limit.seconds / (arrivals[at + windows * limit.calls] - arrivals[at])
        for at in range(len(arrivals) - windows * limit.calls)
    )
    return shares[len(shares) // 2]


def rows(root: Path, env: Mapping[str, str], *, quick: bool) -> Iterator[tuple[str, str, str, bool]]:
    """Yield a row for each length of answers, and one for a run that is killed, begun again and not alone."""
    limit = Limit(20, 12.0) if quick else Limit(100, 60.0)
    env = {**env, "SENDMODE_API_KEY": KEY}
    for latency, share in SHARES.items():
        account, cpu = _applied(root / f"latency{latency}", env, limit, latency)
        arrivals = sorted(arrival.at for arrival in account.arrivals)
        used, worst = utilisation(arrivals, limit), worst_window(arrivals, limit.seconds)
        each = cpu / len(arrivals)
        yield (
            f"`apply` at {limit.calls} calls in {limit.seconds:g} s, answers of {latency:g} s",
            f"{share:.1%} of the limit, never over it, {CPU_A_CALL * 1000:g} ms CPU a call",
            f"{used:.1%}, at most {worst} in a window, {each * 1000:.1f} ms over {len(arrivals)} calls",
            used < share or worst > limit.calls or each > CPU_A_CALL,
        )
    limit = Limit(20, 12.0)
    arrivals = _disturbed(root / "disturbed", env, limit)
    worst = worst_window(arrivals, limit.seconds)
    title = f"`apply` at {limit.calls} calls in {limit.seconds:g} s, killed, begun again, `credits` beside it"
    yield title, "never over the limit", f"at most {worst} in a window of {len(arrivals)} calls", worst > limit.calls


def _applied(directory: Path, env: Mapping[str, str], limit: Limit, latency: float) -> tuple[EmulatedAccount, float]:
    """Apply over a little more than two windows; return the account, and user CPU seconds."""
    account = EmulatedAccount(api_key=KEY, rate_limit=limit)
    with serve.serve(app.make_app(account), port=0, latency=latency) as server:
        project(directory, server.port, limit.calls * 5 // 2, limit)
        run([*PROGRAM, "state", "init"], directory, env)
        sample = run([*PROGRAM, "apply", "--auto-approve"], directory, env)
    return account, sample.user


def _disturbed(directory: Path, env: Mapping[str, str], limit: Limit) -> list[float]:
    """Kill an apply within its first window, begin again, and read the balance from other processes all the while."""
    account = EmulatedAccount(api_key=KEY, rate_limit=limit)
    with serve.serve(app.make_app(account), port=0, latency=0.2) as server:
        project(directory, server.port, limit.calls * 2, limit)
        run([*PROGRAM, "state", "init"], directory, env)
        first = subprocess.Popen(
            [*PROGRAM, "apply", "--auto-approve"],
            cwd=directory,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while len(account.arrivals) < limit.calls // 2 and first.poll() is None:
            time.sleep(0.01)
        first.kill()
        first.wait()
        second = subprocess.Popen(
            [*PROGRAM, "apply", "--auto-approve"],
            cwd=directory,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while second.poll() is None:
            run([*PROGRAM, "credits"], directory, env, ends=(0, 1, 3))
            time.sleep(2)
    return sorted(arrival.at for arrival in account.arrivals)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for row in rows(Path(name), environment(Path(name) / "compiled"), quick=chosen.quick):
            print(*row[:3], sep=" | ", flush=True)


if __name__ == "__main__":
    main()
