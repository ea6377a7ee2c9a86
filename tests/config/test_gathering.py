"""A page in which nothing is unusual is read column by column; the answer is that of reading row by row."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.config.gathering import Gathering, Meaning
from sendmode_sync.config.people import People
from sendmode_sync.config.sheets import Row, Rows
from sendmode_sync.model.desired import FIELDS, Group

HEADINGS = ("groups", "mobilenumber", "firstname", "surname", "dateofbirth")
WIDTH = len(HEADINGS)
MEANING = Meaning(WIDTH, 1, 0, tuple(HEADINGS.index(field) if field in HEADINGS else WIDTH for field in FIELDS))
OWN_GROUPS = MEANING._replace(groups=WIDTH)
GROUPS = {
    "members": Group("members"),
    "vip": Group("vip", fields=frozenset({"firstname"})),
    "old": Group("old", fields=frozenset()),
}

USUAL = st.tuples(
    st.sampled_from(["members", " members ", "vip;members"]),
    st.integers(0, 9).map("087 123 45{:02}".format) | st.integers(0, 9).map("+35387123452{}".format),
    st.sampled_from(["", "Aoife", " Zoë", "a\u00a0"]),
    st.sampled_from(["", "Ní Bhriain"]),
    st.sampled_from(["", "01/02/1990", " 29/02/2000 "]),
)
UNUSUAL = st.tuples(
    st.sampled_from(["members", "nobody", ""]),
    st.sampled_from(["0871234567", "+14155550123", "07700 900123", "none", ""]),
    st.just("x"),
    st.just("y"),
    st.sampled_from(["01/02/1990", "30/02/1990", "1990-01-01"]),
)
CELLS = st.lists(st.lists(USUAL | USUAL | USUAL | UNUSUAL, min_size=1, max_size=4), min_size=1, max_size=4)


def gathered(
    pages: list[list[tuple[str, ...]]], meaning: Meaning, *, hold: bool, one_by_one: bool
) -> tuple[object, ...]:
    """Read pages; an empty cell too many, which means nothing, lets a page be read row by row."""
    found = Gathering(People("IE", False, GROUPS), "people.csv", ",", ("old",), hold=hold)
    line, lines = 2, []
    for page in pages:
        rows = [Row(at, [*cells, *([""] if one_by_one else [])]) for at, cells in enumerate(page, line)]
        text = [",".join(row.cells) for row in rows]
        lines.append(found.take(Rows(rows, [], text, line), meaning, 0, 0))
        lines.append(sorted(found.looked_up))
        line += len(page)
    return (*found.columns, found.texts, found.bad, lines)


@settings(max_examples=300)
@given(CELLS, st.sampled_from([MEANING, OWN_GROUPS]), st.booleans())
def test_columns_give_what_rows_give(pages: list[list[tuple[str, ...]]], meaning: Meaning, hold: bool) -> None:
    fast, slow = (gathered(pages, meaning, hold=hold, one_by_one=slowly) for slowly in (False, True))
    assert fast == slow
