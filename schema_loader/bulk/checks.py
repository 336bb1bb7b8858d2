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

from schema_loader.bulk.columns import missing
from schema_loader.bulk.found import Suspects, suspects
from schema_loader.bulk.texts import Bytes, Ints, Mask, Texts, as_mask
from schema_loader.check import CheckMemo
from schema_loader.custom_checks import RowCheck
from schema_loader.custom_checks.across import CohesiveColumns, CompareColumns, OneOfRequired, SumColumns
from schema_loader.custom_checks.identifiers import LENGTHS, Siren, Siret
from schema_loader.errors import CellError, Fault
from schema_loader.field import Field

CENTS = r"\A[0-9]{1,12}\.[0-9]{2}\z"
WHOLE = r"\A[0-9]{1,12}\z"
PLAIN = r"\A-?[0-9]{1,15}(?:\.[0-9]{1,15})?\z"
SURELY_FILLED = np.array([chr(byte) not in "-+0., " for byte in range(256)])
"""The bytes that a text may begin with so that one-of-required cannot take it for a zero."""


class CheckJudge:
    """One declared check, asked batch by batch. ``number`` gives the position of each column of the file by its name."""

    def __init__(self, check: RowCheck, fields: Mapping[str, Field], number: Mapping[str, int]) -> None:
        self.check = check
        self.fields = {name: fields[name] for name in check.columns if name in fields}
        self._number = number
        self._place_of = {name: n for n, name in enumerate(self.fields)}
        self._memo = CheckMemo(check, {name: n for n, name in enumerate(self.fields, start=1)}, self.fields)
        self._repeats: bool | None = None
        self._fullest: list[str] | None = None

    def faults(self, columns: Mapping[str, Texts]) -> Suspects | None:
        """What breaks the check in a batch, of which ``columns`` gives the check's own; None where nothing does."""
        own = {name: columns[name] for name in self.fields}
        rows: Ints | None = None
        if self._repeats is None:
            self._repeats = len(own) == 1 and next(iter(own.values())).repeat()
        good = None if self._repeats else self._plainly_good(own)
        if good is not None:
            rows = np.flatnonzero(~good)
            if not len(rows):
                return None
            own = {name: texts.at(rows) for name, texts in own.items()}
        groups, members = _distinct(list(own.values()))
        entries = {
            group: [self._entry(name, fault, texts) for name, fault in faults]
            for group, texts in enumerate(groups)
            if (faults := self._memo.of_texts(texts))
        }
        return suspects(rows, members, len(groups), entries) if entries else None

    def _entry(self, name: str, fault: Fault, texts: tuple[str, ...]) -> CellError:
        """The fault on the field that it names; on the row where the name is none of the check's columns."""
        field = self.fields.get(name)
        if field is None:
            return CellError(fault.code, None, None, None, "", fault.params)
        return CellError(
            fault.code, None, field, self._number[name], texts[self._place_of[name]], fault.params
        )

    # -- seen at sight --------------------------------------------------------------------------------------------

    def _plainly_good(self, columns: Mapping[str, Texts]) -> Mask | None:
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

    def _keys_right(self, length: int, named: tuple[str, Texts]) -> Mask | None:
        """Numbers of the due length whose control digits are right, a SIRET's and its SIREN's; and what is missing."""
        name, texts = named
        if self.fields[name].type.name not in ("string", "any"):
            return None
        good = missing(self.fields[name], texts).copy()
        rows, places = texts.of_length(length)
        if len(rows):
            digits = places - np.uint8(ord("0"))
            decimal = digits.max(axis=0) <= 9
            good[rows] = good[rows] | (decimal & _luhn(digits) & _luhn(digits[:9]))
        return good

    def _are_text(self, columns: Mapping[str, Texts]) -> bool:
        """Whether every text is a value: only then are the nulls of a column its missing values and no more."""
        kinds = [self.fields[name].type for name in columns]
        return all(kind.name in ("string", "any") and kind.format_name == "default" for kind in kinds)

    def _all_or_none(self, columns: Mapping[str, Texts]) -> Mask:
        nulls = [missing(self.fields[name], column) for name, column in columns.items()]
        every: Mask = np.logical_and.reduce(nulls)
        some: Mask = np.logical_or.reduce(nulls)
        return every | ~some

    def _one_at_least(self, columns: Mapping[str, Texts]) -> Mask | None:
        good: Mask | None = None
        if (
            self._fullest is None
        ):  # the column that is filled in most rows leaves least to look at in the others
            self._fullest = sorted(columns, key=lambda name: missing(self.fields[name], columns[name]).sum())
        for name in self._fullest:
            texts, kind = columns[name], self.fields[name].type
            if kind.name not in ("string", "any") or kind.format_name != "default":
                continue  # a text that is no value of its type is a null
            rows = None if good is None else np.flatnonzero(~good)
            if rows is not None and not len(rows):
                break
            cells = texts if rows is None else texts.at(rows)
            filled = SURELY_FILLED[cells.first_bytes] & ~cells.empty
            if self.fields[name].missing_values != ("",):
                filled &= ~missing(self.fields[name], cells)
            if good is None:
                good = filled
            else:
                good[rows] = filled
        return good

    def _in_order(self, check: CompareColumns, columns: Mapping[str, Texts]) -> Mask | None:
        kinds = {self.fields[name].type.name for name in columns}
        plain = all(self.fields[name].type.format_name == "default" for name in columns)
        first, second = (
            (columns[name].array for name in check.columns[:2]) if len(columns) == 2 else (None, None)
        )
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
        return as_mask(pc.and_(readable, compare(left, right)))

    def _adds_up(self, check: SumColumns, columns: Mapping[str, Texts]) -> Mask | None:
        """Amounts of whole euros or with two decimals, added as cents: exact in 64 bits for up to a thousand columns."""
        kinds = [self.fields[name].type for name in columns]
        if not all(kind.name in ("number", "integer") and kind.format_name == "default" for kind in kinds):
            return None
        if any(getattr(kind, "_prepare", None) for kind in kinds) or len(columns) != len(check.columns):
            return None
        readable: Any = None
        cents: dict[str, Any] = {}
        for name, texts in columns.items():
            column = texts.array
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
        return as_mask(pc.and_(readable, pc.equal(total, added)))


def _luhn(digits: Bytes) -> Mask:
    """Which numbers have a sum by Luhn's rule that ends in zero; one line of ``digits`` for each decimal place.

    Of what are no digits the answer is any.
    """
    total = np.zeros(digits.shape[1], dtype=np.uint8)  # fourteen nines make 126
    for number, line in enumerate(digits[::-1]):
        # a digit twice, its own digits summed
        total += line + line - (line > 4) * np.uint8(9) if number % 2 else line
    right: Mask = total % np.uint8(10) == 0
    return right


def _distinct(columns: list[Texts]) -> tuple[list[tuple[str, ...]], Ints]:
    """The distinct rows of some columns, and for each row the number of its group."""
    codes = [texts.encoded.indices.to_numpy() for texts in columns]
    members = codes[0].astype(np.int64)
    for texts, own in zip(columns[1:], codes[1:], strict=True):
        _, members = np.unique(members * len(texts.encoded.dictionary) + own, return_inverse=True)
    size = int(members.max()) + 1 if len(members) else 0
    first = np.zeros(size, dtype=np.int64)
    first[members[::-1]] = np.arange(len(members) - 1, -1, -1)
    found = [texts.take(first).to_pylist() for texts in columns]
    return list(zip(*found, strict=True)), members
