"""The command line: the only door to click; it reads options, calls one verb of wiring and echoes what comes back."""
