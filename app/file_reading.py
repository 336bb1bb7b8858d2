"""A file read as a person may direct it: what was found of its form and of its columns, what was said instead, in words.

The import and « Vérifier un fichier » read files through here, so that both find the same sheet, titles and columns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.i18n import N_, gettext, language
from exporters.correction import KEY_LABEL, Layout
from exporters.marks import SEARCHED_ROWS, Marks, marks_of_rows, read_marks
from exporters.template import number_label
from importers.detect import Detected, detect, refuse_other_name
from importers.limits import DEFAULT, Limits
from importers.matching import Matching, match_table
from importers.table import Row, Table, read_table, source_rows
from schema_loader import messages
from schema_loader.errors import TableUnreadable
from schema_loader.field import Field
from schema_loader.messages.i18n import visible
from schema_loader.table_schema import TableSchema

DELIMITERS = (",", ";", "\t", "|")
MOST_DIGITS = 7  # of a row that is posted
SAMPLES, SAMPLE_LENGTH = 3, 60
SEARCHED_SHEETS = 4


class FileRefused(AppError):
    """The file cannot be read as a table: the words are the core's."""

    status = 422

    def __init__(self, unreadable: TableUnreadable) -> None:
        super().__init__("")
        self.unreadable = unreadable

    def told(self) -> messages.Message:
        """What is wrong, and how to mend it, in the current language."""
        return messages.unreadable(self.unreadable, language())

    def text(self, lang: str | None = None) -> str:
        return str(messages.unreadable(self.unreadable, lang or language()))


class NoSuchRow(AppError):
    """The titles are said to be below the last row."""

    status = 422


class NoSuchColumn(AppError):
    """A pair of a label and a field names what is not there."""

    status = 422


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person decides of how a file is read; None where what was found stands. ``header_row`` 0: there is none.

    ``columns``: field → index of its column in the table (None: it has none), for those alone that a person moved.
    ``pairs`` say the same by words: ``LABEL=field``.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    columns: Mapping[str, int | None] = field(default_factory=dict)
    pairs: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data for storing."""
        return {
            "sheet": self.sheet,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "header_row": self.header_row,
            "columns": dict(self.columns),
            "pairs": list(self.pairs),
        }


def chosen_row(text: str) -> int | None:
    """The number of a row as it was typed; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


@dataclass(frozen=True)
class Understood:
    """A file as a table, and which of its columns is which field."""

    schema: TableSchema
    table: Table
    matching: Matching
    notes: frozenset[int] = frozenset()
    """Numbers of rows that are no data: the titles and the example of a template of ours."""
    own_labels: frozenset[str] = frozenset()
    """What the columns of the service's own are called, in a file of ours."""

    @cached_property
    def fields(self) -> tuple[Field | None, ...]:
        """The field of each column, None where there is none."""
        return tuple(self.schema.by_name[name] if name else None for name in self.matching.columns)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """A label for each column, as the core pairs them: the name of its field, else the file's own, which is no name."""
        taken = set(self.schema.by_name)
        found = []
        for index, one in enumerate(self.fields):
            label = one.name if one is not None else self.table.labels[index].strip()
            while one is None and label in taken:
                label = f"{label} ({self.table.columns[index].letter})"
            taken.add(label)
            found.append(label)
        return tuple(found)

    @property
    def first_column(self) -> int:
        """How many columns of the file stand before the table."""
        return self.table.columns[0].index if self.table.columns else 0

    @property
    def is_literal(self) -> bool:
        """Whether the first row is the header, and each column of a field bears its very name."""
        return (
            self.table.header_row == 1
            and not self.first_column
            and all(
                one is None or self.table.columns[index].label == one.name
                for index, one in enumerate(self.fields)
            )
        )

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Numbers and cells, as :func:`as_judged` gives them."""
        return (
            (row.number, as_judged(row, self.table))
            for row in self.table.rows()
            if row.number not in self.notes
        )

    @property
    def ignored(self) -> list[int]:
        """The columns of the person's own that are no field, by index."""
        labels = self.matching.labels
        return [index for index in self.matching.ignored if labels[index] not in self.own_labels]


def layout_of(table: Table) -> tuple[Layout | None, int]:
    """Where a table stands in its sheet, for a correction file to keep: what is above the titles (None without titles), and
    how many empty columns there are before the first one."""
    if table.header_row is None:
        return None, 0
    above = [
        (line.number, {extra.place + 1: extra.text for extra in line.cells}) for line in table.title_lines
    ]
    return Layout(above, table.header_row), table.columns[0].index if table.columns else 0


def as_judged(row: Row, table: Table) -> list[str]:
    """The cells of a row as the file has them: of a text, what is beyond the last column or lacks before it is a fault;
    beside a table in a sheet there may be notes."""
    if not table.detected.is_text or not (row.missing or row.surplus):
        return row.cells
    width = len(table.columns)
    beyond = [
        extra for extra in row.surplus if extra.place >= (table.columns[0].index if width else 0) + width
    ]
    if not beyond:
        return row.cells[: width - row.missing] if row.missing else row.cells
    first = table.columns[0].index if width else 0
    cells = [*row.cells, *[""] * (beyond[-1].place - first - width + 1)]
    for extra in beyond:
        cells[extra.place - first] = extra.text
    return cells


def understand(
    path: Path,
    schema: TableSchema,
    chosen: Chosen,
    *,
    name: str = "",
    limits: Limits = DEFAULT,
) -> Understood:
    """Read a file as an import does. ``name`` is what its owner calls it: what it ends with must not lie.

    Raises :class:`FileRefused`, :class:`NoSuchRow`, and :class:`NoSuchColumn` for a pair that names no column or no field.
    """
    try:
        detected = look(path, schema, chosen, name=name, limits=limits)
        table = read_table(path, detected, schema, header_row=chosen.header_row, limits=limits)
        marks = marks_in(path, detected, limits)
        notes = notes_in(path, detected, marks, limits) if marks is not None else []
    except TableUnreadable as unreadable:
        raise FileRefused(unreadable) from unreadable
    if chosen.header_row and not table.columns:  # nothing would be judged, hence nothing found wrong
        raise NoSuchRow(
            N_(
                "Il n’y a rien à la ligne {row} de ce fichier, ni plus bas. Donnez la ligne où sont les titres de colonnes, par exemple 1."
            ),
            row=chosen.header_row,
        )
    matching = with_pairs(schema, match_table(schema, table), chosen.pairs)
    for field_name, column in chosen.columns.items():
        if field_name in schema.by_name and (column is None or column < len(matching.labels)):
            matching = matching.assign(field_name, column)
    own = {KEY_LABEL, number_label(marks.lang)} if marks is not None else set()
    return Understood(schema, table, matching, frozenset(notes), frozenset(own))


def marks_in(path: Path, detected: Detected, limits: Limits) -> Marks | None:
    """What a workbook says of itself; None for a file that is none of ours. Raises ``TableUnreadable``, ``OSError``."""
    if detected.workbook is None:
        return None
    found = read_marks(path)
    if found is not None:
        return found
    # the properties were lost on the way: the sheet that explains has them too
    for sheet in detected.sheets[:SEARCHED_SHEETS]:
        rows = source_rows(path, dataclasses.replace(detected, sheet=sheet.name), limits)
        try:
            found = marks_of_rows(cells for _, cells in islice(rows, SEARCHED_ROWS))
        except TableUnreadable:
            continue  # none of ours; whoever reads that sheet says what is wrong with it
        if found is not None:
            return found
    return None


def notes_in(path: Path, detected: Detected, marks: Marks, limits: Limits) -> list[int]:
    """Numbers of the rows that a template came with, letter for letter: they are no data."""
    rows = islice(source_rows(path, detected, limits), SEARCHED_ROWS)
    return [number for number, cells in rows if marks.is_note(cells)]


def with_pairs(schema: TableSchema, matching: Matching, pairs: Iterable[str]) -> Matching:
    """The columns as ``LABEL=field`` says for some. Raises :class:`AppError` for a pair that names no column or no field."""
    for pair in pairs:
        label, _equals, name = pair.rpartition("=")
        if label not in matching.labels or name not in schema.by_name:
            raise NoSuchColumn(
                N_(
                    "« {pair} » ne désigne pas une colonne du fichier et un champ du modèle. Exemple : « MONTANT TTC=montant »."
                ),
                pair=pair,
            )
        matching = matching.assign(name, matching.labels.index(label))
    return matching


def look(
    path: Path,
    schema: TableSchema,
    chosen: Chosen,
    *,
    name: str = "",
    labels: tuple[str, ...] = (),
    limits: Limits = DEFAULT,
) -> Detected:
    """What a file is, and how it is read. Raises :class:`~schema_loader.errors.TableUnreadable`."""
    detected = detect(
        path,
        schema,
        labels=labels,
        encoding=chosen.encoding,
        delimiter=chosen.delimiter,
        sheet=chosen.sheet,
        limits=limits,
    )
    refuse_other_name(detected, name)
    return detected


# --- words ----------------------------------------------------------------------------------------------------------


def encodings(found: str) -> list[tuple[str, str]]:
    """Encodings to choose from, the one that was found among them."""
    labels = {
        "utf-8": gettext("UTF-8 (le plus courant)"),
        "cp1252": gettext("Windows (Excel français)"),
        "latin-1": gettext("ISO latin 1"),
        "utf-16": gettext("UTF-16"),
        "mac-roman": gettext("Macintosh ancien"),
    }
    if found and found not in labels:
        labels[found] = found
    return list(labels.items())


def delimiters() -> list[tuple[str, str]]:
    """Separators to choose from."""
    return [
        (",", gettext("virgule")),
        (";", gettext("point-virgule")),
        ("\t", gettext("tabulation")),
        ("|", gettext("barre verticale")),
    ]


def sheets(detected: Detected) -> list[tuple[str, str]]:
    """Sheets to choose from."""
    return [
        (info.name, info.name if info.visible else gettext("{name} (masquée)", name=info.name))
        for info in detected.sheets
    ]


def samples_of(table: Table, column: int | None, most: int = SAMPLES) -> tuple[str, ...]:
    """The first different texts of a column, each on one line: what is cut, and a new line within it, are seen."""
    if column is None:
        return ()
    seen: dict[str, None] = {}
    for row in table.sample:
        text = row.cells[column].strip()
        if text:
            seen.setdefault(visible(text, SAMPLE_LENGTH))
        if len(seen) == most:
            break
    return tuple(seen)


def column_options(table: Table, matching: Matching) -> list[tuple[str, str]]:
    """The columns of a file to choose from, each with what it holds."""
    options = []
    for index, label in enumerate(matching.labels):
        sample = " · ".join(samples_of(table, index, 2))
        options.append((str(index), f"{label} ({sample})" if sample else label))
    return options


def reason_words(reason: str) -> str:
    """Why a column is proposed."""
    return {
        "person": gettext("choisie par vous"),
        "remembered": gettext("comme la dernière fois"),
        "name": gettext("même nom"),
        "title": gettext("même titre"),
        "spelling": gettext("même nom, écrit autrement"),
        "near": gettext("nom ressemblant"),
        "values": gettext("d’après les valeurs"),
    }.get(reason, "")
