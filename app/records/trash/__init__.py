"""The trash: lines that were taken out, until somebody takes them back."""
