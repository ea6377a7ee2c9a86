"""What the columns of a foreign spreadsheet mean, by their headings and, where those are unclear, by what stands in them.

It guesses only what a person would: a column of dates is a date of birth only where its heading says so, and a heading such
as "Name", which may be either name or both, means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from sendmode_sync.config.dates import bad_date
from sendmode_sync.config.sheets import Sheet
from sendmode_sync.sms import numbers

HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mobilenumber": (
            *("mobilenumber", "mobile", "mobileno", "mobilephone", "mobilephonenumber", "msisdn", "cell", "cellphone"),
            *("phone", "phonenumber", "phoneno", "number", "tel", "telephone", "contactnumber"),
        ),
        "firstname": ("firstname", "forename", "givenname", "first", "fname", "christianname"),
        "surname": ("surname", "lastname", "familyname", "last", "lname"),
        "address": ("address", "address1", "addressline1", "street", "streetaddress"),
        "town": ("town", "city", "towncity"),
        "county": ("county", "province"),
        "email": ("email", "emailaddress", "mail"),
        "custom1": ("custom1", "customfield1"),
        "custom2": ("custom2", "customfield2"),
        "businessname": ("businessname", "business", "company", "companyname", "organisation", "organization"),
        "dateofbirth": ("dateofbirth", "dob", "birthdate", "birthday"),
        "groups": ("groups", "group", "groupname"),
    }
)
"""Headings by the field that they mean, the clearest first, in small letters and without anything but letters and digits."""

_LOOKED_AT = 200
_MOST = 0.8  # of the cells that are not empty
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def bare(heading: str) -> str:
    """Return a heading as ``HEADINGS`` has them."""
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def guess(sheet: Sheet, region: str, *, allow_fictional: bool = False) -> dict[int, str]:
    """Return the field of each column, counted from 0, that means one; each field once."""

    def is_number(text: str) -> bool:
        return isinstance(numbers.parse(text, region, allow_fictional=allow_fictional), str)

    found = dict(_by_heading(sheet.header))
    tests: dict[str, Callable[[str], bool]] = {"mobilenumber": is_number, "email": _is_email}
    for field, test in tests.items():
        if field not in found.values():
            unclear = [at for at in range(len(sheet.header)) if at not in found and _mostly(sheet, at, test)]
            found |= dict.fromkeys(unclear[:1], field)
    return {at: field for at, field in found.items() if field != "dateofbirth" or _mostly(sheet, at, _is_date)}


def _by_heading(header: tuple[str, ...]) -> Iterable[tuple[int, str]]:
    bared = [bare(heading) for heading in header]
    for field, meanings in HEADINGS.items():
        at = next((bared.index(meaning) for meaning in meanings if meaning in bared), None)
        if at is not None:
            yield at, field


def _mostly(sheet: Sheet, at: int, test: Callable[[str], bool]) -> bool:
    cells = [row.cells[at].strip() for row in sheet.rows[:_LOOKED_AT] if at < len(row.cells)]
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(test, filled)) >= _MOST * len(filled)


def _is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    return bad_date(text) is None
