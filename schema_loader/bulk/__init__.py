"""The check of a large file, column by column, with the verdict of the check row by row.

Each type offers a vectorised *acceptor* for what is plainly good. An acceptor can only accept: what it leaves goes, once
for each distinct text, through the field's own rule; ragged and blank rows go through the row's own function; what a key
or a declared check suspects goes through theirs. So the verdict is the exact rule's by construction, and a property test
compares both.

Nothing here reads files: batches of text columns come in (pyarrow, all ``string``), errors go out.
"""

from __future__ import annotations

from schema_loader.bulk.table import Batch, BulkTableCheck, RaggedRow

__all__ = ["Batch", "BulkTableCheck", "RaggedRow"]
