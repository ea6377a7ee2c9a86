from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from sendmode_sync.config.check import Part
from sendmode_sync.config.settings import read_settings
from sendmode_sync.model.settings import Account, Paths, QuietHours, RateLimit, Safety, Settings, Threshold

Checked = Callable[[str], Part]


def test_what_is_not_written_has_its_default(part: Checked) -> None:
    read = read_settings(part("version: 1\n"), ())
    assert read.settings == Settings()
    assert read.problems == ()
    assert read_settings(part("version: 1\naccount:\nsafety:\nstate:\n"), ()).settings == Settings()


def test_every_key_of_the_account(part: Checked) -> None:
    text = """
version: 1
account:
  api: v2
  base_url: http://127.0.0.1:8025/v2/
  paths: {import: /imports, send: /texts}
  encoding: json
  number_format: national
  senders: {AcmeGym: {registered: true}, Other: {registered: false}, Third: }
  senderid: AcmeGym
  region: GB
  timezone: Europe/London
  api_key_env: OTHER_KEY
  rate_limit: {calls: 50}
  credits_per_segment: {GB: 2.5}
  quiet_hours: 22:00-07:30
  test_numbers: [07700 900001, "+44 7700 900001"]
  allow_fictional: true
state: here.db
"""
    read = read_settings(part(text), ())
    assert read.problems == ()
    assert read.settings.state == "here.db"
    assert read.settings.account == Account(
        base_url="http://127.0.0.1:8025/v2",
        paths=Paths(importing="/imports", send="/texts"),
        encoding="json",
        number_format="national",
        senders={"AcmeGym": True, "Other": False, "Third": None},
        senderid="AcmeGym",
        region="GB",
        timezone="Europe/London",
        api_key_env="OTHER_KEY",
        rate_limit=RateLimit(50, 60.0),
        credits_per_segment={"default": Decimal(1), "GB": Decimal("2.5")},
        quiet_hours=QuietHours(dt.time(22), dt.time(7, 30)),
        test_numbers=("+447700900001",),
        allow_fictional=True,
    )


def test_engage_has_its_own_address_and_number_format(part: Checked) -> None:
    account = read_settings(part("version: 1\naccount: {api: engage}\n"), ()).settings.account
    assert (account.base_url, account.number_format) == ("https://sms-rest.sendmode.dev/3.0", "e164")
    account = read_settings(part("version: 1\naccount: {api: engage, number_format: digits}\n"), ()).settings.account
    assert account.number_format == "digits"


def test_safety(part: Checked) -> None:
    text = "version: 1\nsafety: {max_credits: 12.5, max_recipients: 10, max_updates: 5, max_shrink: 2.5%, min_balance: 3, canary_wait: 0s, optouts_max_age: 7d}\n"
    assert read_settings(part(text), ()).settings.safety == Safety(
        max_credits=Decimal("12.5"),
        max_credits_written=True,
        max_recipients=10,
        max_updates=Threshold(Decimal(5)),
        max_shrink=Threshold(Decimal("2.5"), percent=True),
        min_balance=Decimal(3),
        canary_wait=0.0,
        optouts_max_age=dt.timedelta(days=7),
    )
    text = "version: 1\nsafety: {max_recipients: none, optouts_max_age: none, canary_wait: 1m30s}\n"
    assert read_settings(part(text), ()).settings.safety == Safety(canary_wait=90.0)


def test_one_price_is_the_default_of_all(part: Checked) -> None:
    account = read_settings(
        part("version: 1\naccount: {credits_per_segment: 1.25, quiet_hours: none}\n"), ()
    ).settings.account
    assert account.credits_per_segment == {"default": Decimal("1.25")}
    assert account.quiet_hours is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("account: {base_url: https://evil.example}", "2:21: the key would go to evil.example"),
        ("account: {allow_fictional: true}", "2:28: is for trying out only; it needs a base_url on this machine"),
        ("account: {timezone: Europe/Dublin2}", '2:21: "Europe/Dublin2" is no time zone'),
        ("account: {timezone: ../../etc/passwd}", '2:21: "../../etc/passwd" is no time zone'),
        ("account: {quiet_hours: 25:00-08:00}", "2:24: "),
        ("account: {region: UK}", '2:19: "UK" is no country with telephone numbers; the United Kingdom is GB'),
        ("account: {region: UK, test_numbers: [07400 123456]}", '2:19: "UK" is no country'),
        ("account: {region: ZZ}", '2:19: "ZZ" is no country with telephone numbers; write one such as IE or GB'),
        ("account: {test_numbers: [01 234 5678]}", "2:26: "),
        ("state: postgresql://user:secret@host/db", "2:8: a password does not belong in a file"),
        ("state: postgresql://host/db?password=secret", "2:8: a password"),
    ],
)
def test_what_is_wrong_is_placed(part: Checked, text: str, said: str) -> None:
    read = read_settings(part(f"version: 1\n{text}\n"), ())
    assert len(read.problems) == 1
    assert str(read.problems[0]).startswith(f"sendmode.yaml:{said}")
    assert "secret" not in str(read.problems[0])


def test_an_allowed_host_is_no_problem(part: Checked) -> None:
    text = "version: 1\naccount: {base_url: https://sandbox.example}\n"
    assert read_settings(part(text), {"sandbox.example"}).problems == ()


def test_what_the_schema_refuses_takes_its_default(part: Checked) -> None:
    read = read_settings(part("version: 1\naccount: {region: Ireland, senderid: Acme}\nstate: [x]\n"), ())
    assert read.settings == Settings(Account(senderid="Acme"))


def test_an_empty_table_of_prices_is_the_default(part: Checked) -> None:
    read = read_settings(part("version: 1\naccount: {credits_per_segment: }\n"), ())
    assert (read.settings, read.problems) == (Settings(), ())
