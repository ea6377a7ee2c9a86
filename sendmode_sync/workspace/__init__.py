"""The one room that reads and writes the project's files; what they mean is decided in the core."""
