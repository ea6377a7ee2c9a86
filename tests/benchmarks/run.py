"""Measures what a person waits for, each sample in a fresh process, and prints one table; it asserts nothing.

    python -m tests.benchmarks.run [--customers 100000] [--yaml 20000] [--samples 3] [--skip-apply]
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks import throughput

FIRST = ("Aoife", "Seán", "Niamh", "Oisín", "Siobhán", "Cian", "Gráinne", "Tadhg", "Oliver", "Priya")
LAST = ("O'Brien", "Murphy", "Ní Dhomhnaill", "Walsh", "Singh", "Kowalska", "Byrne", "Mac Cárthaigh", "Jones", "Ryan")


class Sample(NamedTuple):
    """One run of a command: wall seconds, user seconds, peak memory in MB."""

    wall: float
    user: float
    peak: float


def customers(count: int) -> Iterator[dict[str, str]]:
    """Yield made-up people with twelve fields; the numbers are unassigned ones of one Irish range."""
    for at in range(count):
        first, last = FIRST[at % 10], LAST[at // 10 % 10]
        yield {
            "mobilenumber": f"089{at:07d}",
            "firstname": first,
            "surname": f"{last} {at}",
            "address": f"{at % 200 + 1} Main Street",
            "town": "Athlone",
            "county": "Westmeath",
            "email": f"person{at}@example.com",
            "custom1": f"member since {2000 + at % 26}",
            "custom2": f"{at:08d}",
            "businessname": "",
            "dateofbirth": f"{at % 28 + 1:02d}/{at % 12 + 1:02d}/{1950 + at % 50}",
        }


def csv_project(directory: Path, count: int) -> None:
    """Write a project whose customers stand in a CSV file."""
    directory.mkdir()
    with (directory / "people.csv").open("w", newline="", encoding="utf-8") as file:
        rows = customers(count)
        first = next(rows)
        writer = csv.DictWriter(file, first)
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)
    (directory / "sendmode.yaml").write_text(
        "version: 1\ngroups: {people: {}}\nsources:\n  - {path: people.csv, groups: [people]}\n", encoding="utf-8"
    )


def yaml_project(directory: Path, count: int) -> None:
    """Write a project whose customers stand in YAML."""
    directory.mkdir()
    with (directory / "sendmode.yaml").open("w", encoding="utf-8") as file:
        file.write("version: 1\ngroups: {people: {}}\ncustomers:\n")
        for row in customers(count):
            fields = "\n    ".join(f"{name}: {value}" for name, value in row.items() if value)
            file.write(f"  - groups: [people]\n    {fields}\n")


def measure(arguments: list[str], directory: Path) -> Sample:
    """Run the program once in a fresh process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    command = [sys.executable, "-m", "sendmode_sync", *arguments]
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, errors = process.communicate()
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{errors.decode()[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Sample(wall, after.ru_utime - before.ru_utime, after.ru_maxrss / 1024)


def adopt(directory: Path) -> None:
    """Make a state that holds everything as applied."""
    measure(["state", "init"], directory)
    measure(["adopt", "--auto-approve"], directory)


def show(title: str, sample: Callable[[], Sample], samples: int) -> None:
    """Print one row of the table: medians over the samples."""
    taken = [sample() for _ in range(samples)]
    wall = statistics.median(each.wall for each in taken)
    user = statistics.median(each.user for each in taken)
    print(f"| {title} | {wall:.2f} s | {user:.2f} s | {max(each.peak for each in taken):.0f} MB |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--yaml", type=int, default=20_000)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--skip-apply", action="store_true")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, medians of {chosen.samples} fresh processes\n")
    print("| what | wall | user CPU | peak memory so far |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        show("--help", lambda: measure(["--help"], root), chosen.samples * 3)
        show("--version", lambda: measure(["--version"], root), chosen.samples * 3)
        gym = Path(__file__).parents[2] / "examples" / "gym"
        show("validate examples/gym", lambda: measure(["validate"], gym), chosen.samples)
        yaml_project(root / "yaml", chosen.yaml)
        csv_project(root / "csv", chosen.customers)
        for kind, count in (("yaml", chosen.yaml), ("csv", chosen.customers)):
            where = root / kind
            show(f"validate {count:,} customers ({kind})", lambda at=where: measure(["validate"], at), chosen.samples)  # type: ignore[misc]
            adopt(where)
            show(f"plan {count:,} unchanged ({kind})", lambda at=where: measure(["plan"], at), chosen.samples)  # type: ignore[misc]
    if not chosen.skip_apply:
        throughput.main()


if __name__ == "__main__":
    main()
