"""The pages of one record: entered, corrected, checked while it is typed, kept as a draft."""
