"""The same sequences against the real software of the portals: `make test-portals`. Not part of `make test`."""
