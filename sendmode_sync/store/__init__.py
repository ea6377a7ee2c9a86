"""The state on disk: the only room that speaks SQL, and the keeper of what was claimed, sent and opted out."""
