"""Publication: frozen snapshots of a dataset, where they are read, and the portals they are sent to."""
