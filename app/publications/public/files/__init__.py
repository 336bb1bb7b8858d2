"""The files of versions at addresses that stay: conditional requests, ranges, encodings, other sites' scripts."""
