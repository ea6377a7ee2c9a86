"""Generated projects: lists of people with twelve realistic fields, a row of a CSV file about 296 bytes long.

python -m tests.benchmarks.lists KIND COUNT DIRECTORY [--change SHARE] [--wrong COUNT] [--campaign]

It runs in a process of its own, so that the memory it takes is not counted as that of what is measured after it.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

FIRST = ("Aoife", "Seán", "Niamh", "Oisín", "Siobhán", "Cian", "Gráinne", "Tadhg", "Oliver", "Priya")
LAST = ("O'Brien", "Murphy", "Ní Dhomhnaill", "Walsh", "Singh", "Kowalska", "Byrne", "Mac Cárthaigh", "Jones", "Ryan")
STREETS = ("Connaught Street", "Saint Peter's Terrace", "Upper Main Street", "Coosan Point Road", "Willow Park Avenue")
TOWNS = ("Athlone", "Mullingar", "Kinnegad", "Castlepollard", "Moate", "Kilbeggan", "Rochfortbridge", "Delvin")
ROWS_A_FILE = 200_000  # no file may be larger than 64 MiB


def customers(count: int, change: float = 0.0) -> Iterator[dict[str, str]]:
    """Yield made-up people; the numbers are unassigned ones of one Irish range. A ``change`` is spread evenly."""
    every = round(1 / change) if change else 0
    for at in range(count):
        first, last = FIRST[at % 10], LAST[at // 10 % 10]
        moved = "moved to " if every and at % every == every // 2 else ""
        yield {
            "mobilenumber": f"089{at:07d}",
            "groups": "people",
            "firstname": first,
            "surname": f"{last} {at}",
            "address": f"{moved}Apartment {at % 60 + 1}, {at % 200 + 1} {STREETS[at % 5]}, near the old canal harbour",
            "town": TOWNS[at % 8],
            "county": "County Westmeath",
            "email": f"member.number.{at}@mail.members.example.com",
            "custom1": f"gold membership, in the club since {2000 + at % 26}-0{at % 9 + 1}",
            "custom2": f"member card {at:010d}, desk {at % 7}",
            "businessname": f"Midland Fitness and Leisure {at % 400} Limited",
            "dateofbirth": f"{at % 28 + 1:02d}/{at % 12 + 1:02d}/{1950 + at % 50}",
        }


def write_csv(directory: Path, people: Iterator[dict[str, str]], wrong: int, count: int) -> str:
    """Write the people as CSV files; return the section of the project file that names them."""
    every = count // wrong if wrong else 0
    names = []
    for part in range(-(-count // ROWS_A_FILE)):
        names.append(f"people{part}.csv")
        with (directory / names[-1]).open("w", newline="", encoding="utf-8") as file:
            writer = None
            for at, row in zip(range(min(ROWS_A_FILE, count - part * ROWS_A_FILE)), people, strict=False):
                if writer is None:
                    writer = csv.DictWriter(file, row)
                    writer.writeheader()
                if every and at % every == 0:
                    row["dateofbirth"] = "1990-02-31"
                writer.writerow(row)
    return "sources:\n" + "".join(f"  - {{path: {name}}}\n" for name in names)


def write_yaml(directory: Path, people: Iterator[dict[str, str]], wrong: int, count: int) -> str:
    """Write the people as a YAML file, as one writes it by hand; return the section of the project file that names it."""
    return _write_items(directory, people, _by_hand, count // wrong if wrong else 0)


def write_dumped(directory: Path, people: Iterator[dict[str, str]], wrong: int, count: int) -> str:
    """Write the people as a YAML file, as programs write it; return the section of the project file that names it."""
    return _write_items(directory, people, _dumped, count // wrong if wrong else 0)


def _write_items(
    directory: Path, people: Iterator[dict[str, str]], item: Callable[[dict[str, str]], str], every: int
) -> str:
    with (directory / "people.yaml").open("w", encoding="utf-8") as file:
        file.write("customers:\n")
        for at, row in enumerate(people):
            if every and at % every == 0:
                row["dateofbirth"] = "1990-02-31"
            file.write(item(row))
    return "include: [people.yaml]\n"


def _by_hand(row: dict[str, str]) -> str:
    fields = "\n    ".join(f"{name}: {value}" for name, value in row.items() if name != "groups")
    return f"  - groups: [people]\n    {fields}\n"


def _dumped(row: dict[str, str]) -> str:
    quoted = {**row, "mobilenumber": f"'{row['mobilenumber']}'"}
    return (
        "- "
        + "\n  ".join(f"{name}: {quoted[name]}" if name != "groups" else "groups:\n  - people" for name in row)
        + "\n"
    )


Writer: TypeAlias = Callable[[Path, Iterator[dict[str, str]], int, int], str]
WRITERS: dict[str, Writer] = {"csv": write_csv, "yaml": write_yaml, "dumped": write_dumped}

CAMPAIGN = """campaigns:
  offer:
    groups: [people]
    purpose: service
    messagetext: "Hi {firstname} {surname}, your card ({custom2}) is ready at {town}. Reply STOP to opt out."
"""


def write(
    kind: str, count: int, directory: Path, *, change: float = 0.0, wrong: int = 0, campaign: bool = False
) -> None:
    """Write a project; an existing one keeps its state, and only its lists are written anew."""
    directory.mkdir(parents=True, exist_ok=True)
    section = WRITERS[kind](directory, customers(count, change), wrong, count)
    text = f"version: 1\ngroups: {{people: {{}}}}\nsafety: {{max_credits: 1000000, max_updates: 100%}}\n{section}"
    (directory / "sendmode.yaml").write_text(text + (CAMPAIGN if campaign else ""), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=WRITERS)
    parser.add_argument("count", type=int)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--change", type=float, default=0.0)
    parser.add_argument("--wrong", type=int, default=0)
    parser.add_argument("--campaign", action="store_true")
    chosen = parser.parse_args()
    write(
        chosen.kind,
        chosen.count,
        chosen.directory,
        change=chosen.change,
        wrong=chosen.wrong,
        campaign=chosen.campaign,
    )
