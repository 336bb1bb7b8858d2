"""Several values in one cell, in the list form that the column asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from schema_loader.field import Field
from schema_loader.repair.model import Decisions, Meant, Readings
from schema_loader.repair.rule import ColumnRule, names_of
from schema_loader.types.structured import read_json, write_json

# From the surest mark of a list to the least sure one, which may stand inside a value
_SURE = re.compile(r"\s*(?:;|\||\n|\r)\s*")
_LESS_SURE = (
    re.compile(r"\s*,\s*"),
    re.compile(r"\s+/\s+|\s+-\s+|\s+(?:et|ou|&|\+)\s+"),
    re.compile(r"\s*/\s*"),
)
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'"})
MOST_ITEMS = 200

Reader = Callable[[str, bool], tuple[Any, bool] | None]
"""A piece of a list, whether a guess will do → its JSON value and whether it is a guess; None where it is no item."""


def split_list(text: str) -> list[tuple[list[str], bool]]:
    """The ways in which a text falls into pieces, each with whether its mark may stand inside a value."""
    found = []
    if _SURE.search(text):
        found.append((_pieces(_SURE, text), False))
    found += [(_pieces(mark, text), True) for mark in _LESS_SURE if mark.search(text)]
    found.append(([text.strip()], any(unsure for _, unsure in found)))
    return [(pieces, unsure) for pieces, unsure in found if 0 < len(pieces) <= MOST_ITEMS]


def _pieces(mark: re.Pattern[str], text: str) -> list[str]:
    return [piece.strip() for piece in mark.split(text) if piece.strip()]


@lru_cache(maxsize=256)
def _choice(listed: tuple[str, ...]) -> Reader:
    names = names_of(listed)

    @lru_cache(maxsize=4096)  # the same few values come in thousands of cells
    def read(piece: str, guess: bool) -> tuple[Any, bool] | None:
        spelt = piece if piece in names.values else names.spelt(piece)
        if spelt or not guess:
            return (spelt, False) if spelt else None
        near = names.meant(piece)
        return (near, True) if near else None

    return read


def _item(field: Field) -> Reader:
    """What an item's own field makes of a piece."""
    if field.choices:
        return _choice(field.choices)

    def read(piece: str, guess: bool) -> tuple[Any, bool] | None:
        value, faults = field.read(piece)
        return None if faults or value is None else (field.type.to_json(value), False)

    return read


def _found(text: str, read: Reader, free: bool) -> Iterator[tuple[list[Any], bool]]:
    """The lists that a text may be, as JSON values, and whether each is a guess.

    ``free``: any text is an item, so that a mark that may be part of one makes a list of a guess.
    """
    for pieces, unsure in split_list(text):
        found = _read_all(pieces, read)
        items = [item for item in found if item is not None]
        if len(items) == len(found):
            near = any(guess for _, guess in items) or (unsure and free)
            yield [value for value, _ in items], near


def _joined(text: str, read: Reader, free: bool, *joins: Callable[[list[Any]], str]) -> Iterator[Readings]:
    for values, near in _found(text, read, free):
        for join in joins:
            yield (Meant("list-near" if near else "list-form", join(values), near),)


def _read_all(pieces: list[str], read: Reader) -> list[tuple[Any, bool] | None]:
    """Items or guesses of them; guesses only beside as many items, so that no sentence is taken for a list."""
    found = [read(piece, False) for piece in pieces]
    missing = found.count(None)
    if 0 < missing <= max(1, len(found) // 2):
        found = [item or read(piece, True) for item, piece in zip(found, pieces, strict=True)]
    return found


def arrays(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """A list as JSON."""
    kind: Any = rule.field.type
    if text[:1] in "[{":
        value = _mended_json(text)
        if value is not None:
            yield (Meant("list-form", write_json(value)),)
            yield from _respelt(kind.item, value)
        return
    if kind.item is not None:
        read, free = _item(kind.item), not (kind.item.choices or kind.item.constraints)
    elif rule.field.suggestions:
        read, free = _free, True
        yield from _joined(text, _choice(rule.field.suggestions), False, write_json)
    else:
        read, free = _free, True
    yield from _joined(text, read, free, write_json)


def _free(piece: str, guess: bool) -> tuple[Any, bool] | None:
    return piece.strip('"'), False


def _mended_json(text: str) -> list[Any] | None:
    """A list between brackets whose quotation marks a program or a spreadsheet has changed."""
    for candidate in (
        text,
        text.translate(_CURLY),
        text.replace('""', '"'),
        text.translate(_CURLY).replace("'", '"'),
    ):
        value = read_json(candidate)
        if isinstance(value, list):
            return value
    try:
        value = ast.literal_eval(text) if len(text) < 2_000 else None
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
    plain = isinstance(value, list) and all(isinstance(item, (str, int, float, bool)) for item in value)
    return value if plain else None


def _respelt(item: Field | None, value: list[Any]) -> Iterator[Readings]:
    if item is None or not item.choices or not all(isinstance(piece, str) for piece in value):
        return
    read = _choice(item.choices)
    found = _read_all(value, read)
    items = [piece for piece in found if piece is not None]
    if len(items) == len(found):
        near = any(guess for _, guess in items)
        yield (Meant("list-near" if near else "list-form", write_json([piece for piece, _ in items]), near),)


def delimited(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """A list with the delimiter of its type between the items."""
    kind: Any = rule.field.type
    yield (Meant("list-form", kind.delimiter.join(piece.strip() for piece in text.split(kind.delimiter))),)

    def read(piece: str, guess: bool) -> tuple[Any, bool] | None:
        value = kind.item.from_json(piece)
        return None if value is None or kind.delimiter in piece else (kind.item.format(value), False)

    yield from _joined(text, read, kind.item.name == "string", kind.delimiter.join)


def many_of(rule: ColumnRule, text: str, decisions: Decisions) -> Iterator[Readings]:
    """Choices with the separator that a pattern asks for."""
    many = rule.many_of
    if many is None:
        return
    read = _choice(many.texts)
    yield from _joined(text, read, False, many.separator.join, f"{many.separator} ".join)
