"""Rules about sender IDs: names that say nothing, differ only in case, or are not known to be registered."""

from __future__ import annotations

from collections.abc import Iterator

from sendmode_sync.planning.lints.rule import Finding, Subject
from sendmode_sync.planning.scene import sender

_GENERIC = frozenset(
    {
        "admin", "alert", "alerts", "auth", "bank", "booking", "code", "courier", "customer", "deals", "delivery", "info",
        "infosms", "message", "mobile", "news", "notice", "notify", "offer", "offers", "otp", "parcel", "payment", "promo",
        "reminder", "sale", "sales", "security", "sender", "service", "shop", "sms", "smsinfo", "support", "team", "test",
        "text", "update", "updates", "verify",
    }
)  # fmt: skip


def generic(subject: Subject) -> Iterator[Finding]:
    """Name a sender that does not tell who is writing."""
    name = subject.sender
    if name is not None and name.casefold() in _GENERIC:
        yield Finding(
            f'the sender "{name}" does not say who is writing, and networks block such names; use the name of the business',
            "senderid",
            shared=_of_account(subject),
        )


def case_twins(subject: Subject) -> Iterator[Finding]:
    """Name a sender that is written otherwise elsewhere: registries tell names apart by case."""
    name = subject.sender
    if name is None:
        return
    for known in _spellings(subject):
        if known.casefold() == name.casefold():
            if known != name:
                yield Finding(
                    f'the sender "{name}" is written "{known}" elsewhere; registries tell the two apart: choose one',
                    "senderid",
                )
            return


def unregistered(subject: Subject) -> Iterator[Finding]:
    """Repeat what reading the files found: a name that account.senders does not call registered."""
    places = subject.campaign.places
    place = places.get("account.senderid" if _of_account(subject) else "senderid")
    for notice in subject.desired.notices:
        if notice.code == "sender-unregistered" and notice.place == place:
            yield Finding(notice.message, "senderid", shared=_of_account(subject))


def _of_account(subject: Subject) -> bool:
    return "account.senderid" in subject.campaign.places


def _spellings(subject: Subject) -> Iterator[str]:
    """Yield every sender of the project, what the account says first, then the campaigns as written."""
    account = subject.desired.settings.account
    yield from account.senders
    for campaign in subject.desired.campaigns.values():
        name = sender(campaign, subject.desired)
        if name is not None:
            yield name
