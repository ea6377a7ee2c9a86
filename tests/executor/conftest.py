"""Lets the tests of the executor share their stage (``fake_stage``), and gives each test its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.executor.fake_stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()
