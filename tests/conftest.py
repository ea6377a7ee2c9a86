"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A machine may be busy with something else: no example of a property is judged by how long it takes.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
