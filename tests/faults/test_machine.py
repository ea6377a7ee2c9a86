"""The same rules in any order that hypothesis can think of, shrunk to the shortest play that breaks an invariant."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sendmode_sync.emulator.faults import Fault
from tests.faults.happenings import BETWEEN, IN_MID
from tests.faults.invariants import violations
from tests.faults.playing import Play
from tests.faults.processes import Disk
from tests.faults.soak import shelf

EXAMPLES = int(os.environ.get("SENDMODE_EXAMPLES", "25"))
"""How many plays of up to twelve steps; thousands on demand."""


class Machine(RuleBasedStateMachine):
    """One play; after every step everything known so far is judged, and at the end it is healed and judged at rest."""

    act: Play | None = None

    @initialize(seed=st.integers(0, 1000))
    def begin(self, seed: int) -> None:
        self.directory = Path(tempfile.mkdtemp(dir=shelf()))
        self.act = Play(seed, Disk(self.directory / "play"))
        self.act.app.script.replace(())
        self.act.look()

    @rule(events=st.lists(st.sampled_from(["kill", *IN_MID]), max_size=3))
    def apply(self, events: list[str]) -> None:
        self.played().run(events)
        self.played().look()

    @rule(event=st.sampled_from(sorted(BETWEEN)))
    def something_happens(self, event: str) -> None:
        self.played().between(event)
        self.played().look()

    @rule()
    @precondition(lambda self: self.act is not None and self.act.document is not None)
    def apply_a_saved_plan(self) -> None:
        act = self.played()
        act.run(document=act.document)
        act.look()

    @rule(
        call=st.sampled_from(["send", "import", "optout", "credits"]),
        action=st.sampled_from(["http-500-after", "reset-after", "html-after", "http-429", "code-10", "http-401"]),
        nth=st.integers(1, 3),
    )
    def the_remote_fails(self, call: str, action: str, nth: int) -> None:
        self.played().app.script.replace([Fault(call, action, nth=nth)])  # type: ignore[arg-type]

    @invariant()
    def nothing_is_broken(self) -> None:
        if self.act is not None:
            assert violations(self.act.evidence) == []

    def teardown(self) -> None:
        if self.act is None:
            return
        act = self.act
        try:
            act.heal()
            act.look()
            assert violations(act.evidence) == []
        finally:
            act.close()
            act.disk.close()
            shutil.rmtree(self.directory)

    def played(self) -> Play:
        assert self.act is not None
        return self.act


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=EXAMPLES, stateful_step_count=12, suppress_health_check=list(HealthCheck))
