"""Declared checks over a large table: each distinct set of values is judged once, by the check itself.

Where whole columns show at sight that a check holds (nothing is null, numbers are in order), those rows are passed over
first; that can only accept, as in the acceptors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema_loader.bulk.columns import missing, repeats
from schema_loader.check import CheckMemo
from schema_loader.custom_checks import RowCheck
from schema_loader.custom_checks.across import CohesiveColumns, CompareColumns, OneOfRequired, SumColumns
from schema_loader.custom_checks.identifiers import LENGTHS, Siren, Siret
from schema_loader.errors import Fault
from schema_loader.field import Field

Mask = np.ndarray[Any, Any]
DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], dtype=np.uint8)  # a digit twice, its own digits summed
CENTS = r"\A[0-9]{1,12}\.[0-9]{2}\z"
WHOLE = r"\A[0-9]{1,12}\z"
PLAIN = r"\A-?[0-9]{1,15}(?:\.[0-9]{1,15})?\z"
FILLED = "[^-+0., ]"  # a character of a text that one-of-required cannot take for a zero


class CheckJudge:
    """One declared check, asked batch by batch."""

    def __init__(self, check: RowCheck, fields: Mapping[str, Field]) -> None:
        self.check = check
        self.fields = {name: fields[name] for name in check.columns if name in fields}
        self._memo = CheckMemo(check, {name: n for n, name in enumerate(self.fields, start=1)}, self.fields)
        self._repeats: bool | None = None

    def faults(self, columns: Mapping[str, pa.Array]) -> list[tuple[int, str, Fault]]:
        """Rows of a batch (from 0) that break the check: the row, the name of the field it is reported on, the fault."""
        own = {name: columns[name] for name in self.fields}
        rows: Mask | None = None
        if self._repeats is None:
            self._repeats = len(own) == 1 and repeats(next(iter(own.values())))
        good = None if self._repeats else self._plainly_good(own)
        if good is not None:
            rows = np.flatnonzero(~good)
            if not len(rows):
                return []
            own = {name: column.take(pa.array(rows)) for name, column in own.items()}
        found = []
        groups, members = _distinct(list(own.values()))
        for group, texts in enumerate(groups):
            faults = self._memo.of_texts(texts)
            if faults:
                places = np.flatnonzero(members == group)
                for place in places if rows is None else rows[places]:
                    found += [(int(place), name, fault) for name, fault in faults]
        return found

    # -- seen at sight --------------------------------------------------------------------------------------------

    def _plainly_good(self, columns: Mapping[str, pa.Array]) -> Mask | None:
        check = self.check
        if isinstance(check, (Siren, Siret)):
            return self._keys_right(LENGTHS[check.kind], *columns.items())
        if isinstance(check, CohesiveColumns) and self._are_text(columns):
            return self._all_or_none(columns)
        if isinstance(check, OneOfRequired):
            return self._one_at_least(columns)
        if isinstance(check, CompareColumns):
            return self._in_order(check, columns)
        return self._adds_up(check, columns) if isinstance(check, SumColumns) else None

    def _keys_right(self, length: int, named: tuple[str, pa.Array]) -> Mask | None:
        """Numbers of the due length whose control digits are right, a SIRET's and its SIREN's; and what is missing."""
        name, column = named
        if self.fields[name].type.name not in ("string", "any"):
            return None
        good = missing(self.fields[name], column)
        form = pc.match_substring_regex(column, rf"\A[0-9]{{{length}}}\z").to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(form)
        if len(rows):
            taken = column.take(pa.array(rows))
            start = taken.offset * length  # a fresh array of texts of one length: its bytes are a matrix
            digits = np.frombuffer(taken.buffers()[2], dtype=np.uint8)[
                start : start + len(rows) * length
            ] - ord("0")
            places = np.ascontiguousarray(digits.reshape(-1, length).T)
            good[rows] = good[rows] | (_luhn(places) & _luhn(places[:9]))
        return good

    def _are_text(self, columns: Mapping[str, pa.Array]) -> bool:
        """Whether every text is a value: only then are the nulls of a column its missing values and no more."""
        kinds = [self.fields[name].type for name in columns]
        return all(kind.name in ("string", "any") and kind.format_name == "default" for kind in kinds)

    def _all_or_none(self, columns: Mapping[str, pa.Array]) -> Mask:
        nulls = [missing(self.fields[name], column) for name, column in columns.items()]
        every: Mask = np.logical_and.reduce(nulls)
        some: Mask = np.logical_or.reduce(nulls)
        return every | ~some

    def _one_at_least(self, columns: Mapping[str, pa.Array]) -> Mask | None:
        good: Mask | None = None
        for name, column in columns.items():
            kind = self.fields[name].type
            if kind.name not in ("string", "any") or kind.format_name != "default":
                continue  # a text that is no value of its type is a null
            rows = None if good is None else np.flatnonzero(~good)
            cells = column if rows is None else column.take(pa.array(rows))
            filled = pc.match_substring_regex(cells, FILLED).to_numpy(zero_copy_only=False)
            filled = filled & ~missing(self.fields[name], cells)
            if good is None:
                good = filled
            else:
                good[rows] = filled
        return good

    def _in_order(self, check: CompareColumns, columns: Mapping[str, pa.Array]) -> Mask | None:
        kinds = {self.fields[name].type.name for name in columns}
        plain = all(self.fields[name].type.format_name == "default" for name in columns)
        first, second = (columns[name] for name in check.columns[:2]) if len(columns) == 2 else (None, None)
        if first is None or second is None or not plain:
            return None
        if kinds == {"date"}:
            day = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
            readable = pc.and_(pc.match_substring_regex(first, day), pc.match_substring_regex(second, day))
            return self._compared(check.op, readable, first, second)
        if kinds <= {"number", "integer"} and not any(
            getattr(self.fields[n].type, "_prepare", None) for n in columns
        ):
            readable = pc.and_(
                pc.match_substring_regex(first, PLAIN), pc.match_substring_regex(second, PLAIN)
            )
            left, right = (pc.cast(pc.if_else(readable, side, "0"), pa.float64()) for side in (first, second))
            return self._compared(check.op, readable, left, right)
        return None

    @staticmethod
    def _compared(op: str, readable: Any, left: Any, right: Any) -> Mask | None:
        # strictly in order as rounded doubles, or as texts of one form, is strictly in order
        compare = {">": pc.greater, ">=": pc.greater, "<": pc.less, "<=": pc.less}.get(op)
        if compare is None:
            return None
        mask: Mask = pc.and_(readable, compare(left, right)).to_numpy(zero_copy_only=False)
        return mask

    def _adds_up(self, check: SumColumns, columns: Mapping[str, pa.Array]) -> Mask | None:
        """Amounts of whole euros or with two decimals, added as cents: exact in 64 bits for up to a thousand columns."""
        kinds = [self.fields[name].type for name in columns]
        if not all(kind.name in ("number", "integer") and kind.format_name == "default" for kind in kinds):
            return None
        if any(getattr(kind, "_prepare", None) for kind in kinds) or len(columns) != len(check.columns):
            return None
        readable: Any = None
        cents: dict[str, Any] = {}
        for name, column in columns.items():
            whole = pc.match_substring_regex(column, WHOLE)
            either = pc.or_(whole, pc.match_substring_regex(column, CENTS))
            digits = pc.replace_substring(pc.if_else(either, column, "0"), ".", "")
            scale = pc.if_else(whole, 100, 1)
            cents[name] = pc.multiply(pc.cast(digits, pa.int64()), scale)
            readable = either if readable is None else pc.and_(readable, either)
        total, *parts = (cents[name] for name in check.columns)
        added = parts[0]
        for part in parts[1:]:
            added = pc.add(added, part)
        mask: Mask = pc.and_(readable, pc.equal(total, added)).to_numpy(zero_copy_only=False)
        return mask


def _luhn(places: Mask) -> Mask:
    """Which numbers have a sum by Luhn's rule that ends in zero; one row of ``places`` for each decimal place."""
    total = np.zeros(places.shape[1], dtype=np.uint8)  # fourteen nines make 126
    for number, digits in enumerate(places[::-1]):
        total += DOUBLED[digits] if number % 2 else digits
    right: Mask = total % 10 == 0
    return right


def _distinct(columns: list[pa.Array]) -> tuple[list[tuple[str, ...]], Mask]:
    """The distinct rows of some columns, and for each row the number of its group."""
    encoded = [column.dictionary_encode() for column in columns]
    codes = [column.indices.to_numpy() for column in encoded]
    members = codes[0].astype(np.int64)
    for column, own in zip(encoded[1:], codes[1:], strict=True):
        _, members = np.unique(members * len(column.dictionary) + own, return_inverse=True)
    size = int(members.max()) + 1 if len(members) else 0
    first = np.zeros(size, dtype=np.int64)
    first[members[::-1]] = np.arange(len(members) - 1, -1, -1)
    texts = [column.take(pa.array(first)).to_pylist() for column in columns]
    return list(zip(*texts, strict=True)), members
