"""The connection that the tables are read and written through; every statement but this room's own is portable SQL."""

from __future__ import annotations

import sqlite3
from typing import TypeAlias

Connection: TypeAlias = sqlite3.Connection
