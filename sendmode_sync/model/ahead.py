"""Work that may be done ahead by somebody else, while the work that comes before it is done here; what does it is above."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

_T = TypeVar("_T")
_U = TypeVar("_U")


class Ahead(Protocol):
    """Begins ``work`` elsewhere, and gives what returns its result: None where it did not come to one.

    ``size`` is about how many bytes it goes through. Nothing that the work changes is seen here, its result is a copy, and
    an error in it is no result: whoever gets None does the work.
    """

    def __call__(self, work: Callable[[], _T], size: int) -> AbstractContextManager[Callable[[], _T | None]]:
        """Begin."""
        ...


@contextmanager
def alone(work: Callable[[], _T], size: int) -> Iterator[Callable[[], _T | None]]:  # noqa: ARG001 - nobody does it
    """Have nothing done ahead."""
    yield lambda: None


def both(ahead: Ahead, here: Callable[[], _T], there: Callable[[], _U], size: int) -> tuple[_T, _U]:
    """Return the results of both, of which ``ahead`` may do what is ``there``; neither is None."""
    with ahead(there, size) as result:
        own = here()
        other = result()
    return own, there() if other is None else other
