"""The catalogues that portals come to read, of an establishment or of the whole service."""
