"""Declarative sync of customers, opt-outs and campaigns in YAML with a Sendmode account."""

__version__ = "0.1.0"
