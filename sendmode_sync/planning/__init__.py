"""The decisions: project and state in, plan out; no file, socket, database or clock."""
