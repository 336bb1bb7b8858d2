"""The versions of a dataset: listed, looked at, published, refused, gone back to, withdrawn."""
