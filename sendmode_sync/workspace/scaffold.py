"""The small working project that ``init`` writes; what is there already is never overwritten."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sendmode_sync.errors import RefusedError
from sendmode_sync.workspace.scaffold_workflow import WORKFLOW
from sendmode_sync.workspace.schemas import schema
from sendmode_sync.workspace.writing import write_atomic

_IGNORED = ".sendmode/"
_OWN = frozenset({"members", "staff"})

_PROJECT = """\
# yaml-language-server: $schema=./schemas/project.schema.json
# What this Sendmode account should hold. "sendmode-sync plan" shows what would change, "sendmode-sync apply" does it.
version: 1

account:
{account}
include: [customers.yaml, optouts.yaml, campaigns/*.yaml]

safety:
  max_credits: 50            # credits that one run may spend

lints: {{}}                    # strict: a campaign that breaks a rule such as "marketing says how to opt out" is not sent

groups:
  members: {{description: Everyone with a membership}}
  staff: {{description: Our own people, import: none}}    # import none: for choosing recipients only, nothing leaves
{more}"""

_SOURCES = """
sources:                     # columns that mean no field are ignored, and said once by validate
  - path: {path}
    groups: [members]
    columns: {columns}
"""

_ACCOUNT = """\
  # The API key is in no file: put it into the environment variable SENDMODE_API_KEY.
  base_url: https://rest.sendmode.com/v2
  senderid: {senderid:<16} # who a text is from: Repliable is Sendmode's shared sender; a name of your own must be registered
  region: {region}                 # numbers written without + are of this country
  timezone: {timezone}
  quiet_hours: 21:00-08:00   # no text goes out in between
  test_numbers: []           # your own phone: the only numbers that send-test reaches
"""

_ACCOUNT_EMULATOR = """\
  # The emulated account: start it with "sendmode-sync emulator" and export what it prints.
  base_url: http://127.0.0.1:8025/v2
  allow_fictional: true      # Ofcom's numbers for drama, which belong to nobody; on this machine only
  senderid: {senderid}
  region: {region}                 # numbers such as 07700 900001 are of this country
  timezone: {timezone}
  quiet_hours: none          # so that this works at any hour; the default is 21:00-08:00
  test_numbers: ["07700 900999"]
"""

_CUSTOMERS = """\
# The people, each in one or more groups. Long lists are kept as spreadsheets and named under "sources:".
customers:
#  - {mobilenumber: 087 123 4567, groups: [members], firstname: Aoife, surname: Byrne, dateofbirth: 01/02/1990}
"""

_CUSTOMERS_EMULATOR = """\
# The people, each in one or more groups. Long lists are kept as spreadsheets and named under "sources:".
customers:
  - {mobilenumber: 07700 900001, groups: [members], firstname: Aoife, surname: Byrne, dateofbirth: 01/02/1990}
  - {mobilenumber: "+44 7700 900002", groups: [members], firstname: Brendan}
  - {mobilenumber: 07700 900003, groups: [members], firstname: Ciara, town: Naas}
  - {mobilenumber: 07700 900004, groups: [members, staff], firstname: Donal}
"""

_OPTOUTS = """\
# Numbers that are never texted and never imported, whatever else is written. Add with "sendmode-sync optouts add".
optouts: []
"""

_OPTOUTS_EMULATOR = """\
# Numbers that are never texted and never imported, whatever else is written. Add with "sendmode-sync optouts add".
optouts:
  - {mobilenumber: 07700 900003, optoutresponse: STOP}
"""

_CAMPAIGN = """\
# Each number gets a campaign at most once, ever. See the texts first: sendmode-sync preview welcome
campaigns:
  welcome:
    groups: [members]
    exclude_groups: [staff]
    messagetext: "Hi {firstname|there}, good to have you with us. Reply STOP to opt out."
"""

_DRAFT = """\
    draft: true              # take this line out once the text is right and the customers are in
"""


WORKFLOW_FILE = ".github/workflows/sendmode.yml"


class Contacts(NamedTuple):
    """A list that becomes the project's first source: its file, what its columns mean, and the groups that it names."""

    name: str
    data: bytes
    columns: Mapping[str, str]
    groups: tuple[str, ...] = ()


class Beginning(NamedTuple):
    """What a new project begins with.

    With ``emulator`` it talks to the emulated account and holds fictional people, so that plan and apply do all there
    is to do; without, it texts nobody. ``workflow`` adds the workflow for GitHub.
    """

    senderid: str = "Repliable"
    region: str = "IE"
    timezone: str = "Europe/Dublin"
    emulator: bool = False
    contacts: Contacts | None = None
    workflow: bool = True


def new_project(directory: Path, begin: Beginning) -> tuple[Path, ...]:
    """Write a small working project and return its files, the project file first.

    RefusedError where a file is there already; ``.gitignore`` alone may be, and gets a line.
    """
    files = _files(begin)
    there = [name for name in files if os.path.lexists(directory / name)]
    if there:
        other = "say --no-workflow" if there == [WORKFLOW_FILE] else "choose an empty directory"
        raise RefusedError(f"{there[0]} is there already", remedy=f"{other}; nothing was written")
    for name, data in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomic(directory / name, data)
    return (*(directory / name for name in files), _ignore_state(directory / ".gitignore"))


def _files(begin: Beginning) -> dict[str, bytes]:
    """Return the name and content of each file, the project file first."""
    account, customers, optouts = (
        (_ACCOUNT_EMULATOR, _CUSTOMERS_EMULATOR, _OPTOUTS_EMULATOR)
        if begin.emulator
        else (_ACCOUNT, _CUSTOMERS, _OPTOUTS)
    )
    said = account.format(senderid=begin.senderid, region=begin.region, timezone=begin.timezone)
    contacts = begin.contacts
    texts = {
        "sendmode.yaml": _PROJECT.format(account=said, more="" if contacts is None else _more(contacts)),
        "customers.yaml": customers if contacts is None else _CUSTOMERS,
        "optouts.yaml": optouts,
        "campaigns/welcome.yaml": _CAMPAIGN if begin.emulator else _CAMPAIGN + _DRAFT,
        "schemas/project.schema.json": schema("project"),
    }
    if begin.workflow:
        texts[WORKFLOW_FILE] = WORKFLOW
    files = {name: text.encode() for name, text in texts.items()}
    if contacts is not None:
        files[f"contacts/{contacts.name}"] = contacts.data
    return files


def _more(contacts: Contacts) -> str:
    """Return further groups, and the source; JSON is YAML whatever stands in a heading."""
    groups = "".join(
        f"  {json.dumps(name, ensure_ascii=False)}: {{}}\n" for name in contacts.groups if name not in _OWN
    )
    columns = json.dumps(dict(contacts.columns), ensure_ascii=False)
    return groups + _SOURCES.format(path=json.dumps(f"contacts/{contacts.name}", ensure_ascii=False), columns=columns)


def _ignore_state(path: Path) -> Path:
    """Keep the state out of version control; a ``.gitignore`` that does so already stays as it is."""
    before = path.read_bytes() if path.exists() else b""
    if _IGNORED.encode() not in before.splitlines():
        gap = b"" if before.endswith(b"\n") or not before else b"\n"
        write_atomic(path, before + gap + f"{_IGNORED}\n".encode())
    return path
