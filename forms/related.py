"""Which controls to check again when one is left: the columns that a declared check reads together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from schema_loader import custom_checks
from schema_loader.table_schema import TableSchema

_made: WeakKeyDictionary[TableSchema, Mapping[str, tuple[str, ...]]] = WeakKeyDictionary()


def related(schema: TableSchema) -> Mapping[str, tuple[str, ...]]:
    """For each field of a check across columns, the names of the other fields, in schema order. Others are absent."""
    found = _made.get(schema)
    if found is None:
        gathered: defaultdict[str, set[str]] = defaultdict(set)
        for check in custom_checks.for_columns(schema, schema.fields):
            for name in check.columns:
                gathered[name].update(check.columns)
        found = _made[schema] = {
            name: tuple(other for other in schema.field_names if other in others and other != name)
            for name, others in gathered.items()
            if len(others) > 1
        }
    return found
