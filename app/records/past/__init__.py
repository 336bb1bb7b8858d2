"""What became of a record: its history, and its values brought back."""
