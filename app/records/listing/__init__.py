"""The list of a dataset's records: sorted, filtered, searched, page by page."""
