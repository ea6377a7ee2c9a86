"""The verbs of the tool over ports: they gather what is known, ask the core, and have the shell do it."""
