"""The world's numbering plans as ``phonenumbers`` knows them: what a number is, not whether it is wanted.

The only module that imports ``phonenumbers``, which takes a while; it is itself imported where it is needed. Callers
check the characters first, since the library also reads letters, extensions and other scripts' digits.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult, shortnumberinfo

from sendmode_sync.model.phone import E164

Kind: TypeAlias = Literal[
    "mobile",
    "landline",
    "premium-rate",
    "shared-cost",
    "freephone",
    "internet-phone",
    "personal-number",
    "pager",
    "company-number",
    "voicemail",
    "emergency-number",
    "short-number",
    "too-short",
    "too-long",
    "wrong-length",
    "unknown-country-code",
    "unknown-region",
    "not-in-use",
    "not-a-number",
]

_KINDS: dict[int, Kind] = {
    PhoneNumberType.MOBILE: "mobile",
    # Where the two cannot be told apart, as in North America, the number may well be a mobile.
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
    PhoneNumberType.PREMIUM_RATE: "premium-rate",
    PhoneNumberType.SHARED_COST: "shared-cost",
    PhoneNumberType.TOLL_FREE: "freephone",
    PhoneNumberType.VOIP: "internet-phone",
    PhoneNumberType.PERSONAL_NUMBER: "personal-number",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "company-number",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
_LENGTHS: dict[int, Kind] = {
    ValidationResult.IS_POSSIBLE: "not-in-use",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too-short",
    ValidationResult.TOO_SHORT: "too-short",
    ValidationResult.TOO_LONG: "too-long",
    ValidationResult.INVALID_LENGTH: "wrong-length",
    ValidationResult.INVALID_COUNTRY_CODE: "unknown-country-code",
}
_UNREADABLE: dict[int, Kind] = {
    phonenumbers.NumberParseException.NOT_A_NUMBER: "not-a-number",
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "unknown-country-code",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "too-short",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too-short",
    phonenumbers.NumberParseException.TOO_LONG: "too-long",
}
_LONGEST_SHORT_NUMBER = 6
"""In digits. A few islands have mobile numbers as short, so the number itself is always tried first."""
_NOT_GEOGRAPHIC = "001"


class Reading(NamedTuple):
    """What a text means as a number; ``number`` is empty where it can mean none."""

    number: E164
    kind: Kind


def is_region(code: str) -> bool:
    """Say whether a code is an ISO 3166 country whose numbers are known (``GB``, not ``UK``)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def read(text: str, region: str) -> Reading:
    """Read a text that holds a digit, in national form as a number of ``region``."""
    reading = _read(text, region)
    if reading.kind in _KINDS.values():
        return reading
    digits = "".join(filter(str.isdigit, text))
    return reading._replace(kind=_short(digits, region) or reading.kind)


def country(number: E164) -> str:
    """Return the ISO code of the country that a number belongs to; empty where it belongs to none."""
    found = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    return "" if found in {None, _NOT_GEOGRAPHIC} else str(found)


def national(number: E164) -> str:
    """Return the digits that are dialled inside the number's own country."""
    written = phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.NATIONAL)
    return "".join(filter(str.isdigit, written))


def _read(text: str, region: str) -> Reading:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        known = is_region(region) or "+" in text
        return Reading("", _UNREADABLE[error.error_type] if known else "unknown-region")
    kind = _KINDS.get(phonenumbers.number_type(parsed))
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return Reading(number, kind or _LENGTHS[phonenumbers.is_possible_number_with_reason(parsed)])


def _short(digits: str, region: str) -> Kind | None:
    if len(digits) > _LONGEST_SHORT_NUMBER:
        return None
    # 112 and 999 are called by mistake from anywhere, so both countries' emergency numbers count everywhere.
    if any(shortnumberinfo.is_emergency_number(digits, place) for place in {region, "IE", "GB"} if is_region(place)):
        return "emergency-number"
    dialled = phonenumbers.PhoneNumber(phonenumbers.country_code_for_region(region), int(digits))
    return "short-number" if shortnumberinfo.is_valid_short_number_for_region(dialled, region) else "too-short"
