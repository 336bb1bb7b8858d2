"""The order of records by a column that the index has no keys of, made when somebody asks for it."""
