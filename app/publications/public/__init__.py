"""What everybody may read of what is published: pages, files, rows and catalogues, all of it read as ``tab_public``."""
