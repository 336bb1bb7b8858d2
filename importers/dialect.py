"""How a text writes its rows: separator, quotation mark, line end; judged on its first records.

A first row with commas inside its labels, or a title above them, misleads every guess made by counting: what looks like
known labels decides, then what makes a table.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from importers.labels import letters

SEPARATORS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
NO_QUOTE = ""
SAMPLE_RECORDS = 60
LABEL_RECORDS = 30  # a header stands among the first rows


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text file is written: a Python codec name, the separator, whether a space follows each separator; the quotation
    mark (an empty text: none has a meaning), and the bytes to skip at the start of the file."""

    encoding: str
    separator: str
    space_after: bool = False
    quote: str = '"'
    skip: int = 0

    def options(self) -> dict[str, Any]:
        """What ``csv.reader`` is told."""
        marks: dict[str, Any] = {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        return {"delimiter": self.separator, "skipinitialspace": self.space_after, **marks}


def detect_layout(
    sample: str,
    encoding: str,
    labels: Collection[str] = (),
    *,
    whole: bool,
    skip: int = 0,
    separator: str | None = None,
    quote: str | None = None,
) -> TextLayout:
    """The layout of a text by its beginning (``whole``: that is all of it); ``separator`` and ``quote`` where they are known."""
    marks = QUOTES if quote is None else (quote,)
    known = frozenset(filter(None, map(letters, labels)))
    best, best_score = None, (-2.0,) * 5
    for candidate in SEPARATORS if separator is None else (separator,):
        for mark in marks:
            if quote is None and mark == "'" and not _is_enclosing(sample, candidate, mark):
                continue
            records = sample_records(sample, candidate, whole, mark)
            score = (*_likelihood(records, known, _prose(sample, candidate)), float(mark == "'"))
            if best is None or score > best_score:
                best, best_score = (candidate, mark, records), score
    found, mark, records = best if best is not None else (SEPARATORS[0], QUOTES[0], [])
    return TextLayout(encoding, found, _has_space_after(records), mark, skip)


def detect_separator(sample: str, labels: Collection[str] = (), *, whole: bool = True) -> str:
    """The separator under which some record looks most like a header of ``labels``, then most like a table."""
    return detect_layout(sample, "utf-8", labels, whole=whole).separator


def _likelihood(
    records: list[list[str]], known: frozenset[str], prose: float = 0.0
) -> tuple[float, float, float, float]:
    """How many labels the best record has, what share of the records has the usual width, how seldom the separator stands
    as in prose, and that width."""
    matched = max(
        (sum(letters(cell) in known for cell in record) for record in records[:LABEL_RECORDS]), default=0
    )
    widths = Counter(len(record) for record in records if len(record) > 1)
    if not widths:
        return float(matched), 0.0, 0.0, 1.0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    return float(matched), count / len(records), -prose, float(width)


def _prose(sample: str, separator: str) -> float:
    """What part of the commas is followed by a space, or stands inside a number: 0 for another separator."""
    commas = sample.count(",") if separator == "," else 0
    return len(re.findall(r", |(?<=\d),(?=\d)", sample)) / commas if commas else 0.0


def _is_enclosing(sample: str, separator: str, mark: str) -> bool:
    """Whether an apostrophe stands around most cells: French has too many of them to be sure by less."""
    s = re.escape(separator)
    around = len(re.findall(rf"(?:^|{s}){mark}[^{mark}\n]*{mark}(?={s}|\r?$)", sample, re.M))
    return around > 1 and around * 2 > sample.count(separator)


def _has_space_after(records: list[list[str]]) -> bool:
    """Whether the writer put a space after each separator: then it belongs to the layout, not to the cells."""
    header = records[0][1:] if records else []
    return bool(header) and all(label.startswith(" ") for label in header)


def sample_records(sample: str, separator: str, whole: bool, quote: str = '"') -> list[list[str]]:
    """The first records of a text, but for the one that its end may have cut."""
    records: list[list[str]] = []
    options = TextLayout("", separator, quote=quote).options()
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), **options):
            records.append(record)
            if len(records) > SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # what was read so far is a sample all the same
    if not whole and len(records) <= SAMPLE_RECORDS:
        records = records[:-1] or records  # the last one is cut
    return records


def line_end(sample: str) -> str:
    r"""How the lines of a text end: ``\r\n``, ``\n`` or ``\r``; an empty text where there is but one line."""
    counts = Counter(re.findall(r"\r\n|\n|\r", sample))
    return counts.most_common(1)[0][0] if counts else ""
