"""Establishments, as administrators create, import and correct them."""
