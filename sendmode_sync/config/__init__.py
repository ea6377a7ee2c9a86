"""Turns the text of a project's files into what they ask for, and every problem into a place; reads nothing itself."""
