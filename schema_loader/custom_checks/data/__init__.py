"""Lists of the official geographic code and of postal codes; README.md says where they come from."""
