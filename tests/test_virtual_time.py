"""An hour of virtual time costs nothing, and threads and pipes are waited for all the same."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time

import pytest

from sendmode_sync.virtual_time import VirtualClock, VirtualLoop

START = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)


def virtually(seconds: float) -> tuple[float, VirtualClock]:
    loop = VirtualLoop()
    clock = VirtualClock(loop, START)

    async def sleep() -> float:
        await asyncio.sleep(seconds)
        return clock.monotonic()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(sleep()), clock


def test_an_hour_passes_in_no_time() -> None:
    began = time.monotonic()
    passed, clock = virtually(3600)
    assert time.monotonic() - began < 5
    assert passed == pytest.approx(3600, abs=0.01)
    assert abs(clock.now() - START - dt.timedelta(hours=1)) < dt.timedelta(seconds=0.01)
    assert clock.instant() == (clock.now().timestamp(), clock.monotonic(), "virtual")


def test_sleepers_wake_in_the_order_of_their_times() -> None:
    woken: list[float] = []

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append(seconds)

    async def all_of_them() -> None:
        await asyncio.gather(*map(sleep, (30, 10, 20)))

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(all_of_them())
    assert woken == [10, 20, 30]


def test_a_thread_is_waited_for_in_real_time() -> None:
    async def threaded() -> str:
        return await asyncio.get_running_loop().run_in_executor(None, lambda: "done")

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(threaded()) == "done"


def test_a_pipe_is_read_though_time_is_virtual() -> None:
    reading, writing = os.pipe()

    async def read() -> bytes:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(reading, ready.set_result, None)
        os.write(writing, b"x")
        await ready
        loop.remove_reader(reading)
        return os.read(reading, 1)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(read()) == b"x"
    os.close(reading)
    os.close(writing)
