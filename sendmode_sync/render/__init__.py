"""The outputs: text for people, JSON for machines, annotations for CI; values in, one text out."""
