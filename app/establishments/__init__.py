"""Establishments: what they are, their settings, how they are created one by one or from a file."""
