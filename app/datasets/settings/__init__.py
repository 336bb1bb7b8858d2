"""The settings of a dataset: its title, what its forms offer, whether it is still filled in."""
