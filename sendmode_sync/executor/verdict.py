"""What an attempt at a call means: one pure table from an answer to what is done next.

Nothing else in the program retries. A send that may have reached the server is held and never tried again; whatever is
harmless to repeat, or certainly did not start, is tried again within a budget.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias, assert_never

from sendmode_sync.model.calls import Accepted, Answer, Refused, Throttled, Unknown, Unsent
from sendmode_sync.model.claim import Result

Kind = Literal["credits", "import", "optout", "send"]

MOST_TRIES = 5
MOST_WAITING = 60.0  # seconds that one call may spend between its tries, waits for the rate limit left out
_LONGEST_PAUSE = 60.0
_BLIND_PAUSE = 15.0  # a 429 that names no time: four of these are the whole budget


class Done(NamedTuple):
    """Processed. ``balance`` is in credits, of a reading of the balance only."""

    balance: Decimal | None = None


class Again(NamedTuple):
    """To be started again ``after`` so many seconds, by the same claim; ``everyone`` waits after a 429."""

    after: float
    everyone: bool = False


class Failed(NamedTuple):
    """Certain: not processed, and it will not pass by itself."""

    cause: str
    detail: str = ""


class Held(NamedTuple):
    """A send that may or may not have happened: a person settles it."""

    cause: str
    detail: str = ""


class Stop(NamedTuple):
    """The key is refused: nothing was processed, and nothing else is worth trying."""

    cause: str
    detail: str = ""


class Away(NamedTuple):
    """The budget is spent on a call that did not start, or that is harmless to repeat in another run."""

    cause: str
    detail: str = ""


Final: TypeAlias = Done | Failed | Held | Stop | Away
Verdict: TypeAlias = Final | Again


def verdict(kind: Kind, answer: Answer, attempt: int, waited: float) -> Verdict:
    """Return what follows from the answer to the ``attempt``-th try (from 1), ``waited`` seconds spent between tries."""
    match answer:
        case Accepted(balance=balance):
            return Done(balance)
        case Refused(cause=cause):
            return (Stop if answer.key_refused else Failed)(cause, _detail(answer))
        case Unknown(cause=cause, text=text) if kind == "send":
            return Held(cause, text)
        case Throttled(retry_after=asked):
            pause = _BLIND_PAUSE if asked is None else min(max(1.0, asked), _LONGEST_PAUSE)
            again, spent = Again(pause, everyone=True), Away("http-429")
        case Unsent(cause=cause):
            again, spent = Again(_backoff(attempt)), Away(cause)
        case Unknown(cause=cause, text=text):
            again, spent = Again(_backoff(attempt)), Away(cause, text)
        case _:
            assert_never(answer)
    return again if attempt < MOST_TRIES and waited + again.after <= MOST_WAITING else spent


def result(final: Final) -> Result:
    """Return what the state is to remember of a call that ended."""
    match final:
        case Done():
            return Result("done")
        case Failed(cause=cause, detail=detail):
            return Result("rejected", cause, detail)
        case Held(cause=cause, detail=detail):
            return Result("unknown", cause, detail)
        case Stop(cause=cause, detail=detail) | Away(cause=cause, detail=detail):
            return Result("released", cause, detail)
        case _:
            assert_never(final)


def _backoff(attempt: int) -> float:
    """Return 1, 2, 4, 8 seconds; without jitter, since one process at a time makes calls."""
    return float(2 ** (attempt - 1))


def _detail(answer: Refused) -> str:
    code = "" if answer.code is None else str(answer.code)
    return " ".join(part for part in (code, answer.identifier, answer.text) if part)
