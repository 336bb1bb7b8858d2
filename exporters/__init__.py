"""From a compiled schema and rows to a binary stream: CSV, spreadsheets, and the second judge of a finished file."""
