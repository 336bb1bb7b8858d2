"""The workbook that a clerk fills in: a column for each field, drop-downs, checks while typing, an example, and what it all means.

Three sheets: the data, what is expected of each column in words, and the values of the drop-downs. The data sheet has
the names of the fields in its first row, so that any program reads it; then the titles and an example, both known
when the file comes back (:meth:`exporters.marks.Marks.is_note`). The first column is the record's own number.

That number is guarded by a check that takes no typing, not by the protection of the sheet: a protected sheet can be
neither sorted nor filtered as soon as one column is locked, and what is pasted into it comes locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from exporters.marks import Marks, digest
from exporters.rows import Row
from exporters.sheet_cells import Make, RowWriter, column_letters, maker, text_maker
from exporters.template_sheets import DATA_PART, FIRST, LAST_ROW, MODELS, TemplateBook
from exporters.template_words import example_value, heading, shown
from exporters.words import words
from exporters.workbook import Skeleton, ignoring_numbers_as_text, in_blocks, write_parts
from schema_loader.table_schema import TableSchema

Record = tuple[int | str, Row]
"""The number of a record (« N° interne ») and its texts as stored, in the order of the schema."""


def write_template(schema: TableSchema, marks: Marks, records: Iterable[Record] = ()) -> Iterator[bytes]:
    """The template of a schema, in the language of ``marks``, filled with ``records`` where there are some.

    ``marks.notes`` is set here. Raises ``ValueError`` for more records than a sheet has rows.
    """
    marks = replace(marks, notes=notes(schema, marks.lang))
    skeleton = Skeleton(TemplateBook(schema, marks).book(), marks.made_at)
    parts = skeleton.sheet(DATA_PART, MODELS)
    letters = [column_letters(n) for n in range(1, len(schema.fields) + 2)]
    styles = [(parts.style(column), parts.style(column, 1)) for column in letters]
    writer = RowWriter(
        [
            _number_maker(*styles[0]),
            *(maker(f, *pair) for f, pair in zip(schema.fields, styles[1:], strict=True)),
        ]
    )

    def filled() -> Iterator[Sequence[str | None]]:
        for place, (number, row) in enumerate(records, FIRST):
            if place > LAST_ROW:
                raise ValueError(f"more records than the {LAST_ROW - FIRST + 1} rows of a sheet")
            yield (str(number), *row)

    def sheet() -> Iterator[bytes]:
        yield parts.head
        yield from in_blocks(writer.xml(filled(), FIRST))
        yield ignoring_numbers_as_text(parts.tail, f"A1:{letters[-1]}{LAST_ROW}")

    yield from write_parts(skeleton.parts, {DATA_PART: sheet})


def _number_maker(style: str, text_style: str) -> Make:
    as_text = text_maker(text_style)
    return lambda text: f'" s="{style}"><v>{text}</v></c>' if text.isdecimal() else as_text(text)


def number_label(lang: str = "fr") -> str:
    """The heading of the number column."""
    return words(lang).gettext("N° interne")


def note_rows(schema: TableSchema, lang: str = "fr") -> tuple[list[str], list[str]]:
    """The rows of titles and of the example, as a reader of workbooks finds them, number column first."""
    t = words(lang)
    titles = [t.gettext("Libellé"), *(heading(f, t) for f in schema.fields)]
    return titles, [t.gettext("Exemple"), *(shown(example_value(f)) for f in schema.fields)]


def notes(schema: TableSchema, lang: str = "fr") -> tuple[str, ...]:
    """Digests of :func:`note_rows`, for the marks."""
    return tuple(digest(row) for row in note_rows(schema, lang))
