"""Schemas, as administrators add, synchronise, offer and withdraw them."""
