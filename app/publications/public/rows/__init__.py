"""The rows of a version, searched and filtered in its Parquet file, read from its reference CSV."""
