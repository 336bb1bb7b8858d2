"""The public pages, and what search engines ask for."""
