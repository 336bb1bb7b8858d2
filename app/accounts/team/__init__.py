"""The team of an establishment: who works there, as what, and who is invited."""
