"""Accounts, as administrators create, close and reopen them, and hand over links."""
