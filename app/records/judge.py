"""What is kept of a row: its cells normalised, the verdict, and what finds it. The check itself is the core's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.models import RecordState
from schema_loader import custom_checks
from schema_loader.check import RowRule
from schema_loader.errors import CellError
from schema_loader.field import Field, Reading
from schema_loader.folding import fold_letters
from schema_loader.sort_keys import INVALID, MOST, sort_key, value_key
from schema_loader.table_schema import TableSchema

WORD = re.compile(r"[^\W_]+")
RUN = re.compile(r"[0-9]+(?:\s[0-9]+)+(?![^\W_])|[^\W_]+")
"""A word that is sought, or figures in groups."""
WORD_LENGTH, WORDS, SOUGHT = 40, 300, 12
"""Characters of a word, words of a record that the search knows, and words that are sought at once."""
REMEMBERED, SHORT = 20_000, 100
"""Cells of a column whose keys and words are remembered while an index is made, and their most characters."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Judged:
    """A row as it will be kept. ``cells``: field name → text, without the empty ones; ``keys``: in the order of the dataset's."""

    cells: dict[str, str]
    errors: tuple[CellError, ...]
    keys: tuple[str, ...]

    @property
    def state(self) -> RecordState:
        return RecordState.to_fix if self.errors else RecordState.valid

    @property
    def faults(self) -> list[dict[str, Any]] | None:
        return stored_faults(self.errors)


@lru_cache(maxsize=128)
def rule_of(schema: TableSchema) -> RowRule:
    """The rule of a row in schema order, made once."""
    return RowRule(schema.fields, custom_checks.for_columns(schema, schema.fields), schema.field_names)


def judge(schema: TableSchema, row: Mapping[str, str], keys: Sequence[str] = ()) -> Judged:
    """Check a row and normalise what is valid of it. What is not valid stays as it was typed; names of no field are left out."""
    texts = [row.get(field.name, "") for field in schema.fields]
    rule = rule_of(schema)
    errors, readings = rule.judge(texts, None)
    if rule.checks:
        errors = [*errors, *rule.check_errors(readings, texts, None)]
    cells: dict[str, str] = {}
    found: dict[str, str] = {}
    wanted = frozenset(keys)
    for field, text, reading in zip(schema.fields, texts, readings, strict=True):
        kept = _kept(field, text, reading)
        if kept:
            cells[field.name] = kept
            if field.name in wanted:
                value = reading[0]
                found[field.name] = (
                    value_key(field, value, kept) if value is not None else sort_key(field, kept)
                )
    return Judged(cells, tuple(errors), tuple(found.get(name, "") for name in keys))


def _kept(field: Field, text: str, reading: Reading) -> str:
    value, faults = reading
    if faults or value is None:
        return text if faults else field.normalise(text)
    return field.type.format(value)


def keys_of(schema: TableSchema, cells: Mapping[str, str], keys: Sequence[str]) -> tuple[str, ...]:
    """The sort keys of stored cells, in the order of the dataset's ``keys``."""
    by_name = schema.by_name
    return tuple(sort_key(by_name[name], cells.get(name)) if name in by_name else "" for name in keys)


def words_of(dataset: int, texts: Iterable[str]) -> list[str]:
    """The words by which a record of a dataset is found: folded, each after the dataset's number."""
    prefix = word_prefix(dataset)
    found = dict.fromkeys(WORD.findall(fold_letters("\n".join(texts))))
    return [f"{prefix}{word[:WORD_LENGTH]}" for word in list(found)[:WORDS]]


def line_readers(
    dataset: int, schema: TableSchema, keys: Sequence[str]
) -> tuple[Callable[[Iterable[str]], list[str]], Callable[[Mapping[str, str]], list[str]]]:
    """:func:`words_of` and :func:`keys_of` of one dataset for many records: what the same cell gave is remembered."""
    readers = [(name, key_reader(schema.by_name.get(name))) for name in keys]
    prefix = word_prefix(dataset)
    split: dict[str, list[str]] = {}

    def words(texts: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        for text in texts:
            made = split.get(text)
            if made is None:
                made = [f"{prefix}{word[:WORD_LENGTH]}" for word in WORD.findall(fold_letters(text))]
                if len(split) < REMEMBERED and len(text) < SHORT:
                    split[text] = made
            found.update(dict.fromkeys(made))
        return list(found)[:WORDS]

    def sort_keys(cells: Mapping[str, str]) -> list[str]:
        return [read(cells.get(name)) for name, read in readers]

    return words, sort_keys


def key_reader(field: Field | None) -> Callable[[str | None], str]:
    """:func:`sort_key` of many cells of one column, empty without a field: what the same cell gave is remembered."""
    known: dict[str, str] = {}

    def key_of(text: str | None) -> str:
        if not text or field is None:
            return ""
        key = known.get(text)
        if key is None:
            key = sort_key(field, text)
            if len(known) < REMEMBERED and len(text) < SHORT:
                known[text] = key
        return key

    return key_of


def word_prefix(dataset: int) -> str:
    """``1a:`` for a dataset: its words are found apart from those of all others."""
    shown = ""
    while dataset:
        dataset, digit = divmod(dataset, 36)
        shown = DIGITS[digit] + shown
    return f"{shown or '0'}:"


def search_query(dataset: int, sought: str) -> str | None:
    """The text of a tsquery that finds the records holding words which begin so; None where no word is sought.

    Figures in groups (217 500 016 00019, 1 234,50) are sought as they are kept, in one piece, or each for itself (12 2024).
    """
    prefix = word_prefix(dataset)
    parts: list[str] = []
    for run in RUN.findall(fold_letters(sought)):
        words = [_sought(prefix, word) for word in WORD.findall(run)]
        each = " & ".join(words[:SOUGHT])
        if len(words) > 1:
            each = f"({_sought(prefix, ''.join(run.split()))} | {each})"
        parts.append(each)
    return " & ".join(parts[:SOUGHT]) or None


def _sought(prefix: str, word: str) -> str:
    return f"'{prefix}{word[:WORD_LENGTH]}':*"


def stored_faults(errors: Iterable[CellError]) -> list[dict[str, Any]] | None:
    """Errors as they are kept beside a record; None where there is none."""
    return [
        {
            "code": error.code,
            "field": error.field.name if error.field is not None else None,
            "params": {name: _plain(value) for name, value in error.params.items()},
        }
        for error in errors
    ] or None


def shown_faults(
    schema: TableSchema, cells: Mapping[str, str], faults: Sequence[Mapping[str, Any]] | None
) -> list[CellError]:
    """The errors of a kept record, ready for words: those of its cells are found again, those of keys as they were noted."""
    found = list(judge(schema, cells).errors)
    for fault in faults or ():
        if str(fault["code"]).partition("/")[0] in ("unique-error", "primary-key", "foreign-key"):
            field = schema.by_name.get(fault.get("field") or "")
            params = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in (fault.get("params") or {}).items()
            }
            cell = cells.get(field.name, "") if field is not None else ""
            found.append(
                CellError(fault["code"], None, field, field.position if field else None, cell, params)
            )
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value)


__all__ = [
    "INVALID", "MOST", "Judged", "judge", "keys_of", "search_query", "shown_faults", "stored_faults", "value_key", "words_of",
]  # fmt: skip
