"""Bytes of a file into text: UTF-8, one kind of line break, composed letters; other encodings are refused by name.

Spreadsheets alone may be Windows-1252, which is said, since Excel's plain "CSV" writes it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Literal, NamedTuple

from sendmode_sync.errors import Place, Problem

SAVE_AS_CSV = 'open it in the spreadsheet program and save it as "CSV UTF-8 (Comma delimited) (*.csv)"'

_PIECE = 1 << 20
_SIXTEEN_BIT = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZIP = b"PK\x03\x04"
_COMPOSED = re.compile("[\u00a0-\u02ff]*")  # none of these is ever composed with what stands before it
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Decoded(NamedTuple):
    """The text of a file, None where it cannot be read, and what is to be said about it."""

    text: str | None
    problems: tuple[Problem, ...] = ()


def decode_yaml(path: str, data: bytes) -> Decoded:
    """Decode a YAML file, which must be UTF-8 (with or without a byte order mark)."""
    return _refused(path, data, "save it as UTF-8") or _utf8(path, data)


def decode_sheet(path: str, data: bytes) -> Decoded:
    """Decode a .csv, .tsv or .jsonl file: UTF-8, or else Windows-1252 with a notice."""
    found = encoding_of(path, data)
    return Decoded(None if found.name is None else decode_part(data[found.start :], found.name), found.problems)


class Encoding(NamedTuple):
    """What a spreadsheet is written in, None where it cannot be read; ``start`` is where its text begins, in bytes."""

    name: Literal["utf-8", "cp1252"] | None
    start: int = 0
    problems: tuple[Problem, ...] = ()


def encoding_of(path: str, data: bytes) -> Encoding:
    """Tell the encoding of a spreadsheet without keeping its text: UTF-8, or else Windows-1252 with a notice."""
    if data.startswith((_ZIP, _OLD_EXCEL)):
        problem = Problem("spreadsheet-format", f"this is a spreadsheet; {SAVE_AS_CSV}", Place(path))
        return Encoding(None, problems=(problem,))
    refused = _refused(path, data, SAVE_AS_CSV)
    if refused:
        return Encoding(None, problems=refused.problems)
    if _is("utf-8", data):
        return told(path, data, "utf-8")
    return told(path, data, "cp1252") if _is("cp1252", data) else Encoding(None, problems=_utf8(path, data).problems)


def told(path: str, data: bytes, name: Literal["utf-8", "cp1252"]) -> Encoding:
    """Return an encoding that is known already, for data that begins as the file does."""
    if name == "utf-8":
        return Encoding(name, len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
    message = f"this is not UTF-8 and was read as Windows-1252; {SAVE_AS_CSV}"
    return Encoding(name, problems=(Problem("encoding-guessed", message, Place(path), "notice"),))


def decode_part(data: bytes, encoding: Literal["utf-8", "cp1252"]) -> str:
    """Decode whole lines of a spreadsheet whose encoding was told; they are tidied as the whole would be."""
    return _tidied(data.decode(encoding))


def is_tidy(data: bytes, odd: str) -> bool:
    """Say whether decoding whole lines of UTF-8 would leave them as they are; ``odd`` is all in them that is not ASCII."""
    if b"\r" in data:
        return False
    if not odd:
        return True
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return _COMPOSED.fullmatch(odd) is not None or unicodedata.is_normalized("NFC", text)


def _is(encoding: str, data: bytes) -> bool:
    """Say whether bytes can be decoded; the text itself is let go piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _refused(path: str, data: bytes, remedy: str) -> Decoded | None:
    if data.startswith(_SIXTEEN_BIT) or b"\0" in data[:4]:
        return Decoded(None, (Problem("encoding", f"this is UTF-16 or UTF-32; {remedy}", Place(path)),))
    return None


def _utf8(path: str, data: bytes) -> Decoded:
    try:
        return Decoded(_tidied(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        skipped = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        good = data[skipped : skipped + error.start].decode("utf-8")
        place = Place(path, good.count("\n") + 1, len(good) - good.rfind("\n"))
        return Decoded(None, (Problem("encoding", "this byte is not UTF-8; save the file as UTF-8", place),))


def _tidied(text: str) -> str:
    """Bring line breaks to LF and letters to their composed form (Unicode NFC), so that equal texts are equal."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isascii() or _is_latin(text) else unicodedata.normalize("NFC", text)


def _is_latin(text: str) -> bool:
    """Say whether a text can be written in Latin-1, all of whose letters are composed."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
