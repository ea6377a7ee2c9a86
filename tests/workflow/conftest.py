"""A state that leaves no trace, for each test of the verbs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from sendmode_sync.store.sqlite import SqliteStore
from tests.workflow.verbs import NOW


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with closing(SqliteStore.throwaway(None, NOW)) as opened:
        yield opened
