"""The people of the instance, for its administrators."""
