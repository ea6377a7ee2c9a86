"""Performs a plan: every call claimed before its bytes, judged after its answer, and settled before the next."""
