"""Builders of spreadsheets as they come out of their files."""

from __future__ import annotations

import hashlib

from sendmode_sync.config.shelf import SheetFile


def sheet(path: str, data: bytes) -> SheetFile:
    return SheetFile(path, path, len(data), hashlib.sha256(data).hexdigest, read=lambda: data)
