"""The twelve invariants, each a function from the evidence of a play to sentences about what is broken.

I8 (the claim is durable when the request arrives) is observed at the moment of the arrival and judged here like the
others. Nothing of the product is used to judge but its plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sendmode_sync.errors import Exit, gravest
from sendmode_sync.model.report import EXIT_OF_REASON, Reason, RunReport
from tests.faults.evidence import Evidence, Operation, Ran

_MAY_HAVE_IT = frozenset({"accepted", "unknown", "claimed"})
_SETTLED = frozenset({"accepted", "rejected", "suppressed", "unknown", "expired"})


def digits(number: str) -> str:
    """Return a number as the remote keeps it."""
    return number.removeprefix("+")


def received(evidence: Evidence) -> Counter[tuple[str, str]]:
    """Return how often the remote accepted each (campaign, number)."""
    return Counter(
        (evidence.campaign_of(message.customerid), number)
        for message in evidence.account.messages
        for number in message.recipients
    )


def i1_at_most_once(evidence: Evidence) -> Iterator[str]:
    """Each (campaign, number) is accepted once at most, and no send is started again unless it certainly was not."""
    for (campaign, number), times in received(evidence).items():
        if times > 1:
            yield f"{campaign} reached {number} {times} times"
    tries: dict[str, list[bool]] = {}
    for request in evidence.requests:
        if request.kind == "send" and request.operation is not None:
            tries.setdefault(request.operation, []).append(request.certain)
    for operation, certain in tries.items():
        if not all(certain[:-1]):
            yield f"send {operation} was started again after an answer that proves nothing"


def i2_everybody_is_somewhere(evidence: Evidence) -> Iterator[str]:
    """At rest every recipient of a campaign that can still be finished is settled."""
    if not evidence.at_rest:
        return
    over = evidence.memory.cancelled | evidence.memory.closed | evidence.given_up
    for row in evidence.memory.rows:
        if row.status == "claimed" or (row.status not in _SETTLED and row.campaign not in over):
            yield f"{row.campaign} leaves {row.number} {row.status}"


def i3_the_state_tells_the_truth(evidence: Evidence) -> Iterator[str]:
    """Accepted means answered ok; rejected, planned, suppressed and expired mean that the remote has nothing of it."""
    answered = {request.operation for request in evidence.requests if request.ok}
    memory = evidence.memory
    seen = {row.operation for row in memory.rows if row.status == "accepted"}
    for operation in seen - answered - memory.resolved:
        yield f"the state calls {operation} accepted, and the remote never answered ok"
    if evidence.behind:
        return
    texts = received(evidence)
    for row in memory.rows:
        has_it = texts[row.campaign, digits(row.number)]
        if has_it and row.status not in _MAY_HAVE_IT and row.campaign not in memory.closed:
            yield f"the state calls {row.campaign} to {row.number} {row.status}, and the remote accepted it"


def i4_nothing_after_an_opt_out(evidence: Evidence) -> Iterator[str]:
    """No text or import is claimed, or started again, for a number whose opt-out is recorded."""
    for claim in evidence.claims:
        for number in claim.numbers:
            if claim.kind in {"send", "import", "test"} and evidence.optouts.get(number, claim.tick) < claim.tick:
                yield f"{claim.kind} {claim.operation} was started for {number} after the opt-out"
    started = {(claim.operation, number): claim.tick for claim in evidence.claims for number in claim.numbers}
    for request in evidence.requests:
        for number in request.numbers:
            when = started.get((request.operation or "", number))
            if request.kind != "optout" and when is None and evidence.optouts.get(number, request.tick) < request.tick:
                yield f"a {request.kind} reached the remote for {number} after the opt-out, and was never claimed before"


def i5_opt_outs_arrive(evidence: Evidence) -> Iterator[str]:
    """A run that ends with 0 has had every opt-out acknowledged that was recorded before it."""
    acknowledged = {
        number for request in evidence.requests if request.kind == "optout" and request.ok for number in request.numbers
    }
    for ran in evidence.runs:
        if ran.report is not None and ran.report.exit_code == Exit.OK:
            missing = {
                number for number in ran.known_optouts - acknowledged if digits(number) not in evidence.account.optouts
            }
            if missing:
                yield f"run {ran.run} ended with 0, and the remote never heard of {len(missing)} opt-outs"


def i6_imports_are_remembered(evidence: Evidence) -> Iterator[str]:
    """What the state calls imported was answered ok; at rest everything wanted is imported, here and there."""
    accepted = {(request.group, number) for request in evidence.requests if request.ok for number in request.numbers}
    for group, number in evidence.memory.applied - accepted:
        yield f"the state calls {number} imported into {group}, and the remote never answered ok"
    if not evidence.at_rest:
        return
    lies = {
        (each.group, number) for each in evidence.requests if each.ok and not each.performed for number in each.numbers
    }
    for (group, number), fields in evidence.wanted.items():
        if number in evidence.memory.optouts or (group, number) in lies:
            continue
        contact = evidence.account.contacts.get(digits(number))
        if (group, number) not in evidence.memory.applied:
            yield f"{number} was never imported into {group}"
        elif contact is None or group not in contact.groups or not fields.items() <= contact.fields.items():
            yield f"the remote has other fields of {number} than the project"


def i7_never_over_the_limit(evidence: Evidence) -> Iterator[str]:
    """Never more arrivals than the limit in any window, on the remote's own clock."""
    most = evidence.account.busiest(evidence.limit.per_seconds)
    if most > evidence.limit.calls:
        yield f"{most} calls arrived in {evidence.limit.per_seconds} s, {evidence.limit.calls} are allowed"


def i8_the_claim_is_durable(evidence: Evidence) -> Iterator[str]:
    """When a mutating request arrives, the durable state holds its claim."""
    for request in evidence.requests:
        if request.operation is None:
            yield f"a {request.kind} arrived that no durable claim was made for"


def i9_one_lineage_one_direction(evidence: Evidence) -> Iterator[str]:
    """The lineage never changes, and the serial only grows (but for the moment in which an older copy is put back)."""
    for earlier, later in zip(evidence.runs, evidence.runs[1:], strict=False):
        if earlier.lineage != later.lineage:
            yield "the lineage changed"
        if later.serial < earlier.serial and not later.restored:
            yield f"the serial fell from {earlier.serial} to {later.serial}"


def i10_the_report_agrees(evidence: Evidence) -> Iterator[str]:
    """Exit code and counts of a run agree with the state, and 0 leaves nothing to do."""
    calls: dict[str, list[Operation]] = {}
    for operation in evidence.memory.operations:
        calls.setdefault(operation.run, []).append(operation)
    for ran in evidence.runs:
        report = ran.report
        if report is None:
            if ran.calls and not ran.refusal:
                yield f"run {ran.run} made calls and said nothing"
            continue
        yield from (f"run {ran.run}: {said}" for said in _exit(ran, report))
        for name, said, counted in _counts(ran.run, calls, evidence, report):
            if said != counted:
                yield f"run {ran.run}: {name} are {said} in the report and {counted} in the state"


def _exit(ran: Ran, report: RunReport) -> Iterator[str]:
    """Yield what an exit code says that is not so."""
    if gravest(EXIT_OF_REASON[reason] for reason in report.reasons) != report.exit_code:
        yield f"the reasons do not explain exit {report.exit_code}"
    if ran.unknown and report.exit_code != Exit.PERSON:
        yield f"{ran.unknown} calls are unknown and it exits {report.exit_code}"
    if not ran.unknown and Reason.UNKNOWN in report.reasons and ran.undisturbed:
        yield "it says unknown, and nothing is"
    if report.exit_code == Exit.OK and ran.undisturbed and ran.changes_after:
        yield f"it ended with 0 and left {ran.changes_after} changes"


def _counts(
    run: str, calls: dict[str, list[Operation]], evidence: Evidence, report: RunReport
) -> Iterator[tuple[str, int, int]]:
    """Yield what a report counts and the state counts too, for runs that are whole in the state and never resolved."""
    mine = calls.get(run, [])
    if any(each.operation in evidence.memory.resolved for each in mine) or (not mine and report.calls):
        return  # settled by a person since, or lost with the copy that was put back

    def total(kind: str, status: str) -> int:
        return sum(len(each.numbers) for each in mine if (each.kind, each.status) == (kind, status))

    yield "accepted texts", report.sends.accepted, total("send", "done")
    yield "rejected texts", report.sends.rejected, total("send", "rejected")
    yield "unknown texts", report.sends.unknown, total("send", "unknown")
    yield "imports", report.imports.done, total("import", "done")
    yield "opt-outs", report.optouts.done, total("optout", "done")


def i11_nothing_leaks(evidence: Evidence) -> Iterator[str]:
    """No output holds the key, a number or a name."""
    for output in evidence.outputs:
        for secret in evidence.secrets:
            if secret in output:
                yield f"an output holds {secret!r}: {output[:120]!r}"


_OUT_OF_TIME = ("deadline", "write-timeout")
"""How a call of a process that was asleep may end over a real connection, its bytes under way or not."""


def i12_resume_ends_as_if_nothing_happened(evidence: Evidence) -> Iterator[str]:
    """Unknown is only what was under way when a process ended, or what the remote left open; and rest is rest."""
    open_answers = {each.operation for each in evidence.requests if not each.ok and not each.certain}
    for operation in evidence.memory.operations:
        if operation.kind != "send" or operation.status != "unknown" or operation.operation in evidence.memory.resolved:
            continue
        explained = evidence.in_flight if operation.cause == "interrupted" else open_answers
        unheard = {"unbilled", "read-timeout", "reset", *(_OUT_OF_TIME if evidence.deadlines else ())}
        if operation.cause not in unheard and operation.operation not in explained:
            yield f"send {operation.operation} is unknown ({operation.cause}) without a reason"
    if not evidence.at_rest:
        return
    if evidence.idle_calls:
        yield f"{evidence.idle_calls} calls were made at rest"
    answered = {
        (request.campaign, number)
        for request in evidence.requests
        if request.kind == "send" and (request.ok or request.performed)
        for number in request.numbers
    }
    for row in evidence.memory.rows:
        if row.status == "accepted" and (row.campaign, row.number) not in answered:
            yield f"{row.campaign} never reached {row.number}"


INVARIANTS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    i1_at_most_once,
    i2_everybody_is_somewhere,
    i3_the_state_tells_the_truth,
    i4_nothing_after_an_opt_out,
    i5_opt_outs_arrive,
    i6_imports_are_remembered,
    i7_never_over_the_limit,
    i8_the_claim_is_durable,
    i9_one_lineage_one_direction,
    i10_the_report_agrees,
    i11_nothing_leaks,
    i12_resume_ends_as_if_nothing_happened,
)


def h1_nobody_is_woken(evidence: Evidence) -> Iterator[str]:
    """No text leaves before its time, after its deadline or in the quiet hours of somebody it goes to."""
    yield from evidence.hours


EVERY = (*INVARIANTS, h1_nobody_is_woken)
"""The twelve that must hold whatever happens, and the hours, which hold by the clock of the machine."""


def violations(evidence: Evidence) -> list[str]:
    """Return every violation, each opened by the number of its invariant (``I4``)."""
    return [f"{check.__name__.split('_')[0].upper()}: {said}" for check in EVERY for said in check(evidence)]
