"""Mobile numbers as people write them, read into E.164; what a text cannot be sent to is refused with a reason.

The characters are checked first, because the library behind reads more than a person meant. Plain Irish and British
mobile numbers, nearly all there are, are then read here; every other number is looked up in ``numberplan``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sendmode_sync.model.phone import E164, mask_typed

if TYPE_CHECKING:
    from sendmode_sync.sms.numberplan import Kind


class BadNumber(NamedTuple):
    """Why a text is no number to send to, and what to write instead.

    ``code`` is stable. ``message`` shows at most the last two digits, and of anything else that was typed only the
    one character that is wrong.
    """

    code: str
    message: str


_FOREIGN = re.compile(r"[^0-9 +().\-/]")
_SEPARATORS = str.maketrans("", "", " ().-/")
_ALLOWED = "digits, spaces and + ( ) - . / only"

# Mobile ranges as in libphonenumber's metadata for IE and for GB without the islands; a test compares every prefix.
# All are ASCII: a digit of another script is refused, since it would make another person of somebody who opted out.
_IE = r"8(?:22|[35-9]\d)\d{6}"
_GB = (
    r"7(?:[1-3]\d\d|4(?:[0-46-9]\d|5[0-689])|5(?:0[0-8]|[13-9]\d|2[0-35-9])"
    r"|7(?:0[1-9]|[1-7]\d|8[02-9]|9[0-689])|8(?:[014-9]\d|[23][0-8])|9(?:[024-9]\d|1[02-9]|3[0-689]))\d{6}"
)
_ABROAD = re.compile(rf"\+3530?(?P<ie>{_IE})|\+440?(?P<gb>{_GB})", re.ASCII)
_AT_HOME = {
    "IE": re.compile(rf"(?:(?:\+|00)?353)?0?(?P<ie>{_IE})|(?:\+|00)440?(?P<gb>{_GB})", re.ASCII),
    "GB": re.compile(rf"(?:\+|00)3530?(?P<ie>{_IE})|(?:(?:\+|00)?44)?0?(?P<gb>{_GB})", re.ASCII),
}
_BRITISH = re.compile(rf"\+44{_GB}", re.ASCII)
_FICTIONAL = re.compile(r"\+447700900\d{3}", re.ASCII)
"""Ofcom's numbers for drama: they belong to nobody, and numbering plans do not hold them."""
_PLAINLY_FICTIONAL = {
    "GB": re.compile(r"(?:(?:\+|00)?44)?0?(?P<drama>7700900\d{3})", re.ASCII),
    "": re.compile(r"\+440?(?P<drama>7700900\d{3})", re.ASCII),
}
"""What every example holds, so that trying the program out loads no numbering plan."""

_SCIENTIFIC = re.compile(r"\+?\d(?:[.,]\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"\+?\d{7,}\.00?", re.ASCII)
_UNCERTAIN: frozenset[Kind] = frozenset({"too-short", "too-long", "wrong-length", "unknown-country-code", "not-in-use"})
_NEIGHBOURS = {"IE": ("an Irish", "+353"), "GB": ("a UK", "+44")}

_REASONS: dict[Kind, str] = {
    "landline": "is a landline, which takes no texts; write a mobile number",
    "premium-rate": "is a premium-rate number; write a mobile number",
    "shared-cost": "is a shared-cost number; write a mobile number",
    "freephone": "is a freephone number; write a mobile number",
    "internet-phone": "is an internet telephone number; write a mobile number",
    "personal-number": "is a personal number that is diverted at a price, no mobile; write a mobile number",
    "pager": "is a pager; write a mobile number",
    "company-number": "is a company's call number; write a mobile number",
    "voicemail": "is a voice mailbox; leave out the 5 after the prefix to reach the mobile",
    "emergency-number": "is an emergency number and is never texted; remove it",
    "short-number": "is a short number; write a whole mobile number",
    "too-short": "has too few digits; write the whole mobile number",
    "too-long": "has too many digits; write one mobile number per entry",
    "wrong-length": "has not the number of digits its country uses; write the whole mobile number",
    "unknown-country-code": "begins with no known country code; write + and the code, such as +353 for Ireland",
    "not-in-use": "is in no range known to be in use; check the digits",
    "not-a-number": "cannot be read as a number; write it like 087 123 4567 or +353 87 123 4567",
}


def parse(text: str, region: str, *, allow_fictional: bool = False) -> E164 | BadNumber:
    """Read a mobile number, in national form as one of ``region``, into E.164; a refusal is a value.

    ``allow_fictional`` lets Ofcom's 07700 900000 to 900999 through, in any spelling.
    """
    proven = plain(text, region)
    if proven is not None:
        return proven
    if _FOREIGN.search(text) or not text.translate(_SEPARATORS).strip("+"):
        return _bad_characters(text)
    if _DECIMAL.fullmatch(text.strip(" ")):
        return BadNumber(
            "excel-decimal",
            f'"{mask_typed(text)}" was saved as a decimal number; format the column as text and export it again',
        )
    drama = _PLAINLY_FICTIONAL.get(region, _PLAINLY_FICTIONAL[""]).fullmatch(text.translate(_SEPARATORS))
    if drama and allow_fictional:
        return f"+44{drama['drama']}"
    return _look_up(text.strip(" "), region, allow_fictional=allow_fictional)


def plain(text: str, region: str) -> E164 | None:
    """Read a plain Irish or British mobile number, which the ranges alone prove; None for whatever is not that plain."""
    mobile = _AT_HOME.get(region, _ABROAD).fullmatch
    found = mobile(text)
    if found is None:
        if _FOREIGN.search(text) or _DECIMAL.fullmatch(text.strip(" ")):
            return None
        found = mobile(text.translate(_SEPARATORS))
        if found is None:
            return None
    irish, british = found.groups()
    return f"+353{irish}" if irish else f"+44{british}"


def is_region(code: str) -> bool:
    """Say whether a code is an ISO 3166 country whose national form can be read: ``GB`` is one, ``UK`` is not."""
    if code in _AT_HOME:
        return True
    from sendmode_sync.sms import numberplan  # noqa: PLC0415 - loads phonenumbers, which most regions do not need

    return numberplan.is_region(code)


def country(number: E164) -> str:
    """Return the ISO code of a number's country, such as ``IE`` or ``GB``; empty where it cannot be told."""
    if number.startswith("+353"):
        return "IE"
    if _BRITISH.fullmatch(number) or _FICTIONAL.fullmatch(number):
        return "GB"
    from sendmode_sync.sms import numberplan  # noqa: PLC0415 - loads phonenumbers, which most numbers do not need

    return numberplan.country(number)


def national(number: E164) -> str:
    """Return the digits dialled inside the number's own country, such as ``0871234567``."""
    if number.startswith("+353"):
        return f"0{number[4:]}"
    if number.startswith("+447"):
        return f"0{number[3:]}"
    from sendmode_sync.sms import numberplan  # noqa: PLC0415 - loads phonenumbers, which most numbers do not need

    return numberplan.national(number)


def _look_up(text: str, region: str, *, allow_fictional: bool) -> E164 | BadNumber:
    from sendmode_sync.sms import numberplan  # noqa: PLC0415 - loads phonenumbers, which most numbers do not need

    shown = mask_typed(text)
    home = numberplan.read(text, region)
    if home.kind == "mobile":
        return home.number
    if home.kind == "unknown-region":
        meant = "; the United Kingdom is GB" if region == "UK" else ""
        return BadNumber("unknown-region", f'"{shown}" needs a region, and "{region}" is no country code{meant}')
    places = [place for place in _NEIGHBOURS if place != region and home.kind in _UNCERTAIN]
    elsewhere = {place: numberplan.read(text, place) for place in places}
    for reading in (home, *elsewhere.values()):
        if _FICTIONAL.fullmatch(reading.number):
            return reading.number if allow_fictional else _fictional(shown)
    for place, reading in elsewhere.items():
        if reading.kind == "mobile":
            adjective, code = _NEIGHBOURS[place]
            return BadNumber("other-country", f'"{shown}" looks like {adjective} mobile; write it with {code}')
    return BadNumber(home.kind, f'"{shown}" {_REASONS[home.kind]}')


def _fictional(shown: str) -> BadNumber:
    return BadNumber(
        "fictional-number",
        f'"{shown}" is a fictional number that belongs to nobody; write a real one, '
        "or set account.allow_fictional: true to try things out on this machine",
    )


def _bad_characters(text: str) -> BadNumber:
    if not text.strip():
        return BadNumber("empty-number", "no number is written; write one such as 087 123 4567")
    if _SCIENTIFIC.fullmatch(text.strip()):
        return BadNumber(
            "excel-scientific",
            "the number was saved in scientific notation and has lost digits; "
            "format the column as text and export it again",
        )
    wrong = _FOREIGN.search(text)
    if wrong is None:
        return BadNumber("not-a-number", "the number has no digits; write one such as 087 123 4567")
    return _bad_character(wrong.group())


def _bad_character(char: str) -> BadNumber:
    """Name one character; a person's name may stand here by mistake, so no more than that is shown."""
    code_point = f"U+{ord(char):04X}"
    if char.isalpha():
        remedy = "did you mean the digit 0?" if char in "oO" else f"write {_ALLOWED}"
        return BadNumber("number-letter", f'a number cannot hold the letter "{char}"; {remedy}')
    if char.isnumeric():
        return BadNumber("number-digit", f"a number cannot hold the digit {code_point}; write plain digits 0 to 9")
    if char.isspace():
        return BadNumber("number-space", f"a number cannot hold the space {code_point}; write ordinary spaces")
    if not char.isprintable():
        return BadNumber(
            "number-invisible", f"a number cannot hold the invisible character {code_point}; type the number again"
        )
    return BadNumber("number-character", f'a number cannot hold "{char}"; write {_ALLOWED}')
