"""What rows mean follows from rules: where those change, what was remembered under others must not be believed."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator

from sendmode_sync.config import plainitems
from sendmode_sync.config.check import Rules
from sendmode_sync.config.lists import Memory
from sendmode_sync.config.people import People
from sendmode_sync.config.remembered import RULES, decode
from sendmode_sync.config.sources import Source, add_source
from sendmode_sync.errors import Place
from sendmode_sync.model.desired import Group
from sendmode_sync.model.settings import Threshold
from sendmode_sync.sms import numbers
from tests.config.lists import sheet

GROUPS = {"a": Group("a"), "few": Group("few", fields=frozenset({"firstname", "dateofbirth"}))}
SPELLED = ("{}", "+{}", "00 {}", "0({}", "{}\u0663", "{}.0", "+{}/")
CHARACTERS = [*map(chr, range(0x300)), *"\u0301\u200b\u2028\u3000\ufeff\U0001f600"]
CELLS = ("a", "few;a", " a ; few ", ";a", "a;;few", "A", "a,few", "nobody", "")
DATES = (
    "",
    "29/02/2000",
    "29/02/1900",
    "1/02/1990",
    "01/2/1990",
    "01/02/90",
    "01.02.1990",
    "31/12/0001",
    " 01/02/1990 ",
)


def numbers_meant() -> Iterator[object]:
    """Yield what each beginning of a mobile number means in several spellings and regions."""
    for code, lead, last in itertools.product(("", "353", "7", "447"), range(1000), ("", "6")):
        digits = f"{code}{lead:03}12345{last}"
        for spelling, region in itertools.product(SPELLED, ("IE", "GB", "FR")):
            yield numbers.plain(spelling.format(digits), region)


def sheet_meant() -> Iterator[object]:
    """Yield what is remembered of a spreadsheet in which every row is odd in its own way."""
    names = [(f"x{char}y{char}", "a", "01/02/1990") for char in CHARACTERS if char not in '\r\n",']
    rows = itertools.chain(names, (("x", f'"{cell}"', born) for cell in CELLS for born in DATES))
    lines = [f"089{at:07},{','.join(row)}" for at, row in enumerate(rows)]
    data = "\n".join(["mobilenumber,firstname,groups,dateofbirth", *lines, ""]).encode()
    memory = Memory({}, hold=True, kept={})
    source = Source("m.csv", Place("x"), (), (), {}, {}, False, False, Threshold(100, percent=True))  # type: ignore[arg-type]
    add_source(People("IE", False, GROUPS), source, sheet("m.csv", data), memory)
    for content in memory.kept.values():
        known = decode(content, 2)
        assert known is not None
        assert len(known.numbers) > len(CHARACTERS) // 2
        yield known.numbers, known.groups, known.kinds.tolist(), known.marks.rows.hex()
        yield [bytes(column).hex() for column in known.prints]


def items_meant(rules: Rules) -> Iterator[object]:
    """Yield what customers of a YAML file mean, and whether the schema takes them."""
    values = (
        [f"x{char}y" for char in CHARACTERS] + [f"{char}x" for char in CHARACTERS] + [f'"{cell}"' for cell in CELLS]
    )
    for key, value in itertools.product(("firstname", "dateofbirth", "custom9"), (*values, *DATES)):
        data = f"  - mobilenumber: 0891234567\n    groups: [a, few]\n    {key}: {value}\n".encode()
        item, _ = plainitems.layout(2).read_item(data, 0)
        if item is not None:
            yield item, rules.rows["customers"].accepts({**item.texts, "groups": [*item.groups]})


def test_other_rules_have_another_version(project_rules: Rules) -> None:
    """Where this fails, a rule changed: raise the version in ``RULES``, and write it here with the digest of now."""
    made = hashlib.sha256()
    for each in itertools.chain(numbers_meant(), sheet_meant(), items_meant(project_rules)):
        made.update(repr(each).encode())
    assert (RULES.split()[0], made.hexdigest()[:16]) == ("r3", "73abc887296e9338")
