"""What leaves a dataset: its valid records, in schema order."""
