"""Bytes in, bytes out: how each of Sendmode's two APIs writes a call and how its answers are read."""
