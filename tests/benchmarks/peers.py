"""The same list in other planners, in the same run: octoDNS's YAML provider and, where there is one, terraform.

They do other work for each item, so this compares what a person waits for, not how well either is written.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.benchmarks.lists import customers
from tests.benchmarks.sample import Sample, run

ZONE = "members.example.com."
CONFIG = """providers:
  wanted: {class: octodns.provider.yaml.YamlProvider, directory: ./wanted, default_ttl: 300, enforce_order: false}
  known: {class: octodns.provider.yaml.YamlProvider, directory: ./known, default_ttl: 300, enforce_order: false}
zones:
  members.example.com.: {sources: [wanted], targets: [known]}
"""
FASTER = {"never seen (CSV)": 40, "never seen (YAML)": 15, "unchanged (CSV)": 100, "unchanged (YAML)": 100}
"""How many times faster a plan has to be than octoDNS's of as many unchanged records."""

TERRAFORM_MOST = 1_000


def rows(
    root: Path, env: Mapping[str, str], many: int, found: Mapping[str, Sample]
) -> Iterator[tuple[str, str, str, bool]]:
    """Yield one row for each planner, and one for each plan of ours beside it."""
    if importlib.util.find_spec("octodns") is None:
        yield "octoDNS", "", "skipped: not installed (`pip install --group benchmarks`)", False
    else:
        octo = _octodns(root / "octodns", env, many)
        yield f"octoDNS: plan of {many:,} unchanged records", "", _said(octo, many), False
        for what, times in FASTER.items():
            ours = found.get(f"`plan` of {many:,} {what}")
            if ours is not None:
                faster = octo.wall / ours.wall
                yield (
                    f"`plan` of {many:,} {what}, beside it",
                    f"{times} times faster",
                    f"{faster:.0f} times",
                    faster < times,
                )
    if shutil.which("terraform") is None:
        yield "terraform", "", "skipped: this machine has none", False
    else:
        count = min(many, TERRAFORM_MOST)
        sample = _terraform(root / "terraform", env, count)
        yield f"terraform: plan of {count:,} unchanged terraform_data", "", _said(sample, count), False


def _said(sample: Sample, count: int) -> str:
    each = sample.wall * 10_000 / count
    return f"{sample.wall:.2f} s, {sample.user:.2f} s CPU, {sample.peak:.0f} MB, once; {each:.2f} s for 10,000"


def _octodns(directory: Path, env: Mapping[str, str], count: int) -> Sample:
    for side in ("wanted", "known"):
        (directory / side).mkdir(parents=True)
        with (directory / side / f"{ZONE}yaml").open("w", encoding="utf-8") as file:
            for at, row in enumerate(customers(count)):
                value = "|".join(row.values()).encode("ascii", "replace").decode()  # all that a TXT record may hold
                file.write(f"p{at}:\n  type: TXT\n  ttl: 300\n  value: {json.dumps(value)}\n")
    (directory / "config.yaml").write_text(CONFIG, encoding="utf-8")
    code = "from octodns.cmds.sync import main; main()"
    return run([sys.executable, "-c", code, "--config-file", "config.yaml"], directory, env)


def _terraform(directory: Path, env: Mapping[str, str], count: int) -> Sample:
    directory.mkdir(parents=True)
    people = {row["mobilenumber"]: {"input": row} for row in customers(count)}
    (directory / "main.tf.json").write_text(json.dumps({"resource": {"terraform_data": people}}), encoding="utf-8")
    for command in (["init"], ["apply", "-auto-approve"]):
        run(["terraform", *command], directory, env)
    return run(["terraform", "plan"], directory, env)
