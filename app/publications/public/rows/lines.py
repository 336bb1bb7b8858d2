"""The lines of a reference CSV: where each begins, those of a page, those that hold the words of a search.

A search reads the file itself, mapped in memory: a word has no comma, hence never spans two cells, and no quote, hence is
written in the file as it is in the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from app.folding import fold

Offsets = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

ENDING = ".rows"
"""What is added to the name of a CSV for the file that says where its lines begin."""
PIECE = 8 << 20
SLICES = 50_000  # lines searched at once
MOST_WORDS = 8
_NEWLINE, _QUOTE = 10, 34
_VARIANTS = {
    "a": "aàáâãäå", "c": "cç", "e": "eèéêë", "i": "iìíîï", "n": "nñ", "o": "oòóôõö", "u": "uùúûü", "y": "yýÿ",
}  # fmt: skip
_LIGATURES = {"oe": "(?:oe|œ)", "ae": "(?:ae|æ)"}
_CELL = re.compile(r'"([^"]*(?:""[^"]*)*)"(?=,|\Z)|([^,"]*)(?=,|\Z)', re.DOTALL)
_BEGINS = {"e": "œæ"}  # the second half of a ligature begins the word that is sought
_ENDS = {"o": "œ", "a": "æ"}
_searchers = ThreadPoolExecutor(2, thread_name_prefix="search")


def offsets(path: Path) -> Offsets:
    """Where each line begins, the header's first, then where the file ends: one more than lines. Read beside the file where
    :func:`write_offsets` left it."""
    beside = path.with_name(path.name + ENDING)
    if beside.exists():
        found: Offsets = np.load(beside, mmap_mode=None)
        return found
    return find_offsets(path)


def write_offsets(path: Path) -> None:
    """Leave them beside the file, for every process to read."""
    beside = path.with_name(path.name + ENDING)
    draft = path.with_name(f".{beside.name}.draft")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            np.save(file, find_offsets(path))
        draft.replace(beside)
    finally:
        draft.unlink(missing_ok=True)


def find_offsets(path: Path) -> Offsets:
    """The same, read from the file: a line ends where the quotes before it are even in number."""
    size = path.stat().st_size
    if not size:
        return np.zeros(1, np.int64)
    data = np.memmap(path, dtype=np.uint8, mode="r")
    found: list[Offsets] = [np.zeros(1, np.int64)]
    odd = 0
    for at in range(0, size, PIECE):
        piece = np.asarray(data[at : at + PIECE])
        ends = np.flatnonzero(piece == _NEWLINE)
        quotes = np.flatnonzero(piece == _QUOTE)
        if odd or len(quotes):
            ends = ends[(np.searchsorted(quotes, ends) + odd) % 2 == 0]
            odd = (odd + len(quotes)) % 2
        found.append(ends + (at + 1))
    every = np.concatenate(found)
    return every if every[-1] == size else np.append(every, size)


def read(path: Path, begins: Offsets, numbers: Sequence[int] | npt.NDArray[Any]) -> list[list[str]]:
    """The cells of some rows, counted from 0 after the header."""
    found = []
    with path.open("rb") as file:
        for number in numbers:
            start, end = int(begins[number + 1]), int(begins[number + 2])
            file.seek(start)
            found.append(cells(file.read(end - start).decode()))
    return found


def read_first(path: Path, count: int) -> list[list[str]]:
    """The cells of the first rows, when nobody knows yet where lines begin."""
    found: list[list[str]] = []
    held = ""
    header = True
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            held += line
            if held.count('"') % 2:
                continue  # the line ends within a cell
            if not header:
                found.append(cells(held))
            if len(found) == count:
                break
            header, held = False, ""
    return found


def cells(line: str) -> list[str]:
    """The cells of a line of RFC 4180, however long they are (:mod:`csv` has a bound that is the whole process's)."""
    line = line.removesuffix("\n").removesuffix("\r")
    if '"' not in line:
        return line.split(",")
    found, at = [], 0
    while True:
        cell = _CELL.match(line, at)
        if cell is None:
            raise ValueError("not a line of RFC 4180")
        quoted, plain = cell.groups()
        found.append(plain if quoted is None else quoted.replace('""', '"'))
        at = cell.end()
        if at >= len(line):
            return found
        at += 1  # the comma


def words(sought: str) -> list[str]:
    """The words of a search, without accents or case; letters and digits alone."""
    return list(dict.fromkeys(re.findall(r"[^\W_]+", fold(sought))))[:MOST_WORDS]


def search(path: Path, begins: Offsets, sought: Iterable[str]) -> Mask:
    """Which rows hold every one of these folded words, each in whatever cell."""
    count = len(begins) - 2
    if count <= 0:
        return np.zeros(0, np.bool_)
    with pa.memory_map(str(path)) as mapped:
        buffer = mapped.read_buffer()
        lines = pa.Array.from_buffers(
            pa.large_string(), count, [None, pa.py_buffer(begins[1:]), buffer], null_count=0
        )
        mask: Mask = np.ones(count, np.bool_)
        for word in sought:
            pattern = "(?i)" + pattern_of(word)
            starts = range(0, count, SLICES)

            def found(start: int, pattern: str = pattern, mask: Mask = mask) -> Mask:
                held = mask[start : start + SLICES]
                if not held.any():
                    return held
                seen = pc.match_substring_regex(lines.slice(start, SLICES), pattern)
                return held & seen.to_numpy(zero_copy_only=False)

            mask = np.concatenate(list(_searchers.map(found, starts)))
        return mask


def pattern_of(word: str) -> str:
    """A regular expression (RE2) of a folded word as people write it, with accents or without."""
    letters, at = [], 0
    while at < len(word):
        pair = _LIGATURES.get(word[at : at + 2])
        if pair:
            letters.append(pair)
            at += 2
            continue
        variants = _VARIANTS.get(word[at], "")
        if not at:
            variants += _BEGINS.get(word[at], "")
        if at == len(word) - 1:
            variants += _ENDS.get(word[at], "")
        letters.append(f"[{variants}]" if variants else re.escape(word[at]))
        at += 1
    return "".join(letters)
