"""Deliveries: the current version of a dataset brought to the portals that were chosen for it, whatever happens on the way."""
