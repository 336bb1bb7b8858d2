"""Imports: a file that was never meant for a schema, brought into a dataset step by step."""
