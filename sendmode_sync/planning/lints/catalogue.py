"""The table of all rules: name, default level, check, and why it is worth minding. What a rule does stands elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sendmode_sync.planning.lints import senders, sizes, times, values, weekly, wording
from sendmode_sync.planning.lints.rule import Rule

_ALL = (
    Rule(
        "marketing-without-optout",
        "error",
        wording.without_optout,
        "Every marketing text must say how to refuse further ones, free of charge: S.I. 336/2011, regulation 13, in Ireland; "
        "PECR, regulations 22 and 23, in the United Kingdom. Texts without an opt-out line are what regulators fine. STOP "
        "in capitals, a request to reply with such a word, and the words opt out or unsubscribe count, also within a "
        "link; lints.optout_phrases adds others, in any language. What sells nothing (opening hours, an appointment) is "
        "purpose: service.",
    ),
    Rule(
        "stop-unanswerable",
        "error",
        wording.unanswerable,
        "A phone cannot answer a name: who replies STOP to AcmeGym gets an error, and no opt-out reaches anybody. Sendmode's "
        "shared sender Repliable and numbers can be answered. Keep the name, and offer a link or a number to opt out "
        "with, or change the sender.",
    ),
    Rule(
        "sender-generic",
        "warning",
        senders.generic,
        "Operators in the United Kingdom block names such as INFO, ALERT or SMS, the Irish registry refuses them, and people "
        "cannot tell who is writing. The sender should be the name of the business.",
    ),
    Rule(
        "sender-case",
        "warning",
        senders.case_twins,
        "Phones show AcmeGym and ACMEGYM as two conversations, and registries of sender IDs tell them apart: one of the two "
        "is then unregistered.",
    ),
    Rule(
        "sender-unregistered",
        "warning",
        senders.unregistered,
        'Irish networks show an unregistered name as "Likely Scam" and may block it. Names are registered with ComReg, '
        "through Sendmode; once it is done, say so: account: {senders: {AcmeGym: {registered: true}}}. Numbers and the "
        "shared sender Repliable need none.",
    ),
    Rule(
        "over-one-segment",
        "warning",
        sizes.over_one,
        "A text of one segment holds 160 characters of GSM-7, or 70 where any character lies outside it (á, a curly quote, "
        "an emoji). Each segment is paid for, for each recipient. sendmode-sync preview CAMPAIGN shows what makes it "
        "long and what that costs. Where it is meant, ignore this rule for that campaign.",
        needs="people",
    ),
    Rule(
        "over-six-segments",
        "warning",
        sizes.over_six,
        "Parts travel one by one and are joined by the phone. Beyond six of them (918 characters) networks and phones drop "
        "some, and the text arrives broken or not at all. Say less, and link to the rest.",
        needs="people",
    ),
    Rule(
        "near-next-segment",
        "notice",
        sizes.near_next,
        "The text is nearly full: up to five more characters, or a longer name, and every recipient costs one segment more.",
        needs="people",
    ),
    Rule(
        "punctuation-forces-ucs2",
        "warning",
        sizes.punctuation,
        "Curly quotes, dashes, ellipses and no-break spaces come from word processors. One of them makes the whole text "
        "UCS-2, which holds 70 characters a segment and not 160. transliterate: punctuation, the default, writes them "
        "plainly where that saves; it leaves links alone.",
        needs="people",
    ),
    Rule(
        "cluster-cut",
        "warning",
        sizes.cut_clusters,
        "Flags, families and skin tones are several code points that readers see as one. Where the end of a segment falls "
        "among them, some phones show the pieces. Move the emoji, or shorten the text before it.",
        needs="people",
    ),
    Rule(
        "leftover-placeholder",
        "error",
        wording.leftovers,
        "Other tools write fields as [[name]], ((name)), {{name}}, $name, %s or *|NAME|*. Here a field is {firstname} or "
        "{firstname|there}; everything else is sent to people as it stands.",
    ),
    Rule(
        "merge-value-damage",
        "warning",
        values.damaged,
        "What a spreadsheet shows where a formula fails (#REF!, #N/A) is a text like any other once it is exported, and so "
        "is an e-mail address or a number in the column of first names. Names in capitals read like shouting. Only fields "
        "that the text uses are looked at.",
        needs="people",
    ),
    Rule(
        "link-shortener",
        "warning",
        wording.shorteners,
        "bit.ly and the like hide where a link goes, which is why swindlers use them, networks filter them and careful "
        "people do not follow them. Link to your own site, and keep the path short.",
    ),
    Rule(
        "link-http",
        "warning",
        wording.plain_http,
        "A link that begins with http:// is not encrypted; browsers warn of it, and filters take it for a swindle.",
    ),
    Rule(
        "scheduledate-rounded",
        "notice",
        times.rounded,
        "Sendmode sends what was handed over at 15-minute marks. A time between two of them is rounded up; write the one "
        "that you mean.",
    ),
    Rule(
        "scheduledate-sunday",
        "warning",
        times.sunday,
        "Marketing on a Sunday is unwelcome in Ireland and the United Kingdom, and codes of practice advise against it. "
        "Service texts are not judged.",
    ),
    Rule(
        "scheduledate-past",
        "warning",
        times.past,
        "The time and the deadline of the campaign have passed, so that nothing of it is ever sent; or it should have been "
        "handed over, and can only be sent at once. Without a state nobody can tell it from a campaign that was sent: "
        "take such campaigns out of the files, or switch this rule off.",
        needs="time",
    ),
    Rule(
        "zone-assumed",
        "warning",
        times.zone_assumed,
        "A time such as 2026-12-01T10:00 means ten o'clock in the zone of account.timezone. Where that is not written, the "
        "default holds (Europe/Dublin), which may not be yours.",
    ),
    Rule(
        "cannot-finish",
        "error",
        times.cannot_finish,
        "A call goes to batch_size people who read the same text, and account.rate_limit allows so many calls in a window. "
        "Even at that rate the last call would start after the deadline, or inside quiet hours, so that some people "
        "would get the text and the others never, or the next day. Such a campaign is blocked before its first call, in "
        "every project. Start earlier, give it a later deadline, or use fewer distinct texts.",
        needs="time",
        firm=True,
    ),
    Rule(
        "over-max-duration",
        "warning",
        times.over_max_duration,
        "apply --max-duration starts no call once its time has passed. At account.rate_limit the calls of this run that come "
        "before the last one of the campaign take longer, so that some people get the text now and the others in another "
        "run. It is said by the plan that such an apply shows.",
        needs="plan",
    ),
    Rule(
        "frequency",
        "warning",
        weekly.frequency,
        "Who gets more than a few texts a week opts out. Counted are texts of all campaigns in any seven days: those the "
        "state remembers and those the plan holds. lints.texts_per_week sets the number (3). Only a plan can tell, since it "
        "takes the state.",
        needs="plan",
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _ALL})
"""Every rule by its name, in the order in which findings are told."""
