"""Whole columns normalised as :meth:`Field.normalise` does, and rows of them written as JSON objects, batch by batch.

What is in its normal form at sight stays; each other distinct text goes once through the field's own function.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema_loader.bulk.acceptors import CLOCK
from schema_loader.bulk.columns import MEMO_BYTES, MEMO_SIZE
from schema_loader.field import Field
from schema_loader.types import BooleanType, NumberType

PLAIN_FORMS = {
    "date": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z",
    "time": rf"\A{CLOCK}\z",  # 24:00:00 is written 00:00:00
    "integer": r"\A(?:0|-?[1-9][0-9]{0,14})\z",
    "number": r"\A-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?\z",
    "year": r"\A[1-9][0-9]{3}\z",
}
"""Texts that are their own normal form, valid or not, where the field's format is the default one."""
TO_ESCAPE = r'["\\\x00-\x1f]'


class ColumnNormaliser:
    """Gives the stored texts of a column, batch by batch; remembers those it has made."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._known: dict[str, str] = {}
        self._nulls = [text for text in field.missing_values if text]
        self._odd_empty = "" not in field.missing_values
        self._kept = field.type.name in ("string", "any")
        self._form = None if self._odd_empty else _plain_form(field)
        kind = field.type
        self._words = (
            pa.array([kind.format(True), kind.format(False)], pa.string())
            if isinstance(kind, BooleanType)
            else None
        )

    def texts(self, column: pa.Array) -> pa.Array:
        """The texts to store for a batch of cells; what is not valid comes back as it was."""
        if self._kept and not self._nulls and not self._odd_empty:
            return column
        plain = self._plain(column)
        if plain is None:
            return self._each(column)
        if pc.all(plain).as_py() is not False:
            return column
        rows = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
        made = self._each(column.take(pa.array(rows)))
        mask = np.zeros(len(column), dtype=bool)
        mask[rows] = True
        return pc.replace_with_mask(column, pa.array(mask), made)

    def _plain(self, column: pa.Array) -> Any:
        if self._kept:
            mask: Any = pc.true_unless_null(column)
        elif self._form is not None:
            mask = pc.or_(pc.match_substring_regex(column, self._form), pc.equal(pc.binary_length(column), 0))
        elif self._words is not None and not self._odd_empty:
            mask = pc.or_(pc.is_in(column, value_set=self._words), pc.equal(pc.binary_length(column), 0))
        else:
            return None
        if self._odd_empty:
            mask = pc.and_(mask, pc.greater(pc.binary_length(column), 0))
        if self._nulls:
            mask = pc.and_(mask, pc.invert(pc.is_in(column, value_set=pa.array(self._nulls, pa.string()))))
        return mask

    def _each(self, column: pa.Array) -> pa.Array:
        encoded = column.dictionary_encode()
        made = pa.array([self._normal(text) for text in encoded.dictionary.to_pylist()], pa.string())
        return made.take(encoded.indices)

    def _normal(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = self.field.normalise(text)
            if len(text) <= MEMO_BYTES:
                if len(self._known) >= MEMO_SIZE:
                    self._known.clear()
                self._known[text] = known
        return known


def _plain_form(field: Field) -> str | None:
    kind = field.type
    if kind.format_name != "default" or kind.name not in PLAIN_FORMS:
        return None
    if isinstance(kind, NumberType) and kind.decimal_char != ".":
        return None
    return PLAIN_FORMS[kind.name]


def json_objects(names: Sequence[str], columns: Sequence[pa.Array]) -> pa.Array:
    """Each row as the text of a JSON object, name → text; empty cells are left out."""
    parts = [
        _members(f",{json.dumps(name, ensure_ascii=False)}:", column)
        for name, column in zip(names, columns, strict=True)
    ]
    joined = pc.binary_join_element_wise(*parts, "") if parts else pa.array([], pa.string())
    members = pc.utf8_slice_codeunits(joined, 1)  # without the comma before the first
    return pc.binary_join_element_wise("{", members, "}", "")


def _members(head: str, column: pa.Array) -> pa.Array:
    texts = escaped(column)
    written = pc.binary_join_element_wise(f'{head}"', texts, '"', "")
    return pc.if_else(pc.equal(pc.binary_length(column), 0), "", written)


def escaped(column: pa.Array) -> pa.Array:
    """Texts as they stand between the quotation marks of JSON; a character zero, which no database keeps, as « � »."""
    odd = pc.match_substring_regex(column, TO_ESCAPE)
    if pc.any(odd).as_py() is not True:
        return column
    rows = np.flatnonzero(odd.to_numpy(zero_copy_only=False))
    texts = column.take(pa.array(rows)).to_pylist()
    made = [json.dumps(text.replace("\0", "\ufffd"), ensure_ascii=False)[1:-1] for text in texts]
    return pc.replace_with_mask(column, odd, pa.array(made, pa.string()))
