"""Datasets: what an establishment fills in under one version of a schema."""
