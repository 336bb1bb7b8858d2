"""The first page: what is to be done, one's establishments, what may be entered; for a stranger, what this is."""
