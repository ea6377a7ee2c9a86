"""Measures how much of the rate limit ``apply`` uses over HTTP when answers are slow, and what the server saw.

    python -m tests.benchmarks.throughput [--calls 60] [--seconds 20] [--latency 1.0] [--imports 240]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sendmode_sync.emulator import app, serve
from sendmode_sync.emulator.account import EmulatedAccount

KEY = "EMULATOREMULATOR1234"


def project(directory: Path, port: int, imports: int, limit: tuple[int, float]) -> None:
    """Write a project with nothing but imports."""
    lines = "\n".join(f"  - {{mobilenumber: 089{at:07d}, groups: [people]}}" for at in range(imports))
    (directory / "sendmode.yaml").write_text(
        f"""version: 1
account:
  base_url: http://127.0.0.1:{port}/v2
  rate_limit: {{calls: {limit[0]}, per_seconds: {limit[1]:g}}}
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


def utilisation(arrivals: list[float], limit: tuple[int, float]) -> float:
    """Return k windows over the time between start i and start i + k x calls, for the largest k, at its median i."""
    calls, seconds = limit
    windows = (len(arrivals) - 1) // calls
    shares = sorted(
        windows * seconds / (arrivals[at + windows * calls] - arrivals[at])
        for at in range(len(arrivals) - windows * calls)
    )
    return shares[len(shares) // 2]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--imports", type=int, default=240)
    chosen = parser.parse_args([] if arguments is None else arguments)
    limit = (chosen.calls, chosen.seconds)
    account = EmulatedAccount(api_key=KEY, rate_limit=limit)
    server = serve.serve(app.make_app(account), port=0, latency=chosen.latency)
    server.start()
    environment = {**os.environ, "SENDMODE_API_KEY": KEY}
    with tempfile.TemporaryDirectory() as name:
        project(Path(name), server.port, chosen.imports, limit)
        for command in (["state", "init"], ["apply", "--auto-approve"]):
            subprocess.run([sys.executable, "-m", "sendmode_sync", *command], cwd=name, env=environment, check=True)
    server.stop()
    times = sorted(arrival.at for arrival in account.arrivals)
    print(f"\nanswers of {chosen.latency:g} s, {chosen.calls} calls in {chosen.seconds:g} s, {len(times)} calls:")
    print(f"  limit used: {utilisation(times, limit):.1%}")
    print(f"  most arrivals in any {chosen.seconds:g} s of the server's clock: {worst_window(times, chosen.seconds)}")


if __name__ == "__main__":
    main(sys.argv[1:])
