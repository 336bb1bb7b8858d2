"""Connections of an establishment to portals: a key, whose it is, for which organisation it publishes."""
