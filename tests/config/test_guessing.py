from __future__ import annotations

import pytest

from sendmode_sync.config.guessing import HEADINGS, bare, guess
from sendmode_sync.config.sheets import read_sheet
from sendmode_sync.model.desired import FIELDS


def guessed(text: str, *, region: str = "IE", fictional: bool = True) -> dict[str, str]:
    sheet = read_sheet("list.csv", text)
    return {sheet.header[at]: field for at, field in guess(sheet, region, allow_fictional=fictional).items()}


def test_every_field_can_be_guessed_and_no_heading_means_two() -> None:
    assert HEADINGS.keys() == {"mobilenumber", "groups", *FIELDS}
    means = [heading for headings in HEADINGS.values() for heading in headings]
    assert len(means) == len(set(means))
    assert means == list(map(bare, means))


@pytest.mark.parametrize(("heading", "field"), [
    ("Mobile", "mobilenumber"), ("Phone No.", "mobilenumber"), ("TEL", "mobilenumber"), ("First Name", "firstname"),
    ("Forename", "firstname"), ("Last-Name", "surname"), ("Family name", "surname"), ("Street", "address"),
    ("City", "town"), ("E-mail", "email"), ("Company", "businessname"), ("Group", "groups"),
])  # fmt: skip
def test_headings_have_synonyms(heading: str, field: str) -> None:
    assert guessed(f"{heading},Joined\nx,y\n") == {heading: field}


def test_the_clearest_heading_wins_and_each_field_is_there_once() -> None:
    assert guessed("Tel,Mobile,Phone\n1,2,3\n") == {"Mobile": "mobilenumber"}


@pytest.mark.parametrize("heading", ["Name", "Full name", "Title", "Notes", "Joined", "Postcode", ""])
def test_what_may_mean_two_things_means_nothing(heading: str) -> None:
    assert guessed(f"Mobile,{heading}\n087 123 4567,x\n") == {"Mobile": "mobilenumber"}


def test_numbers_and_addresses_are_known_by_what_stands_there() -> None:
    text = "Nr,Kontakt,Post\n1,087 123 4567,a@example.org\n2,+353 87 123 4568,\n3,,b@example.org\n"
    assert guessed(text) == {"Kontakt": "mobilenumber", "Post": "email"}
    assert guessed("Nr,Kontakt\n1,01 234 5678\n2,nobody\n") == {}
    assert guessed("Kontakt\n07700 900001\n", region="GB", fictional=False) == {}


def test_some_bad_cells_do_not_hide_a_column_but_many_do() -> None:
    good, bad = "087 123 4567\n" * 4, "nobody\n"
    assert guessed("Kontakt\n" + good + bad) == {"Kontakt": "mobilenumber"}
    assert guessed("Kontakt\n" + good + bad * 2) == {}


def test_a_date_of_birth_needs_its_heading_and_its_form() -> None:
    assert guessed("Mobile,DOB\n1,01/02/1990\n2,\n") == {"Mobile": "mobilenumber", "DOB": "dateofbirth"}
    assert guessed("Mobile,DOB\n1,1990-02-01\n") == {"Mobile": "mobilenumber"}
    assert guessed("Mobile,Joined\n1,01/02/1990\n") == {"Mobile": "mobilenumber"}


def test_rows_may_be_short() -> None:
    assert guessed("Town,Kontakt\nNaas\nCork,087 123 4567\n") == {"Town": "town", "Kontakt": "mobilenumber"}
