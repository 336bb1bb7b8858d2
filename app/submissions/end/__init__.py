"""The last step of an import: what it will do, what it did, and the way back."""
