"""Pages that belong to no feature: help, legal notices, accessibility, the reader's preferences, errors."""
