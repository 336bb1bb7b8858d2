"""The same for programs, in JSON."""
