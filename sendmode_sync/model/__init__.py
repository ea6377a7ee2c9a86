"""Frozen values that every other room shares; they compute nothing but themselves."""
