"""The report of files as one page that stands alone: a clerk can mail it, read it on a telephone, print it.

Nothing outside the page is loaded, and a policy inside it says so; every text of a file is escaped by the template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.checked_file import CheckedFile, base_name
from app.i18n import AppWords, words
from app.reading_words import sentences
from app.report_text import counted, incomplete, remarks_title, rows_read
from schema_loader import messages
from schema_loader.errors import CellError
from schema_loader.messages.i18n import visible

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
VALUES_SHOWN = 20  # of a kind of error
PLACES_SHOWN = 12  # of a value
ROWS_SHOWN = 100
FIRST_COLUMNS = 2  # shown beside the faulty ones, to recognise a row by
COLUMNS_SHOWN = 40
CELL_SHOWN = 200


@dataclass(frozen=True, slots=True)
class WrongValue:
    """A value, what is wrong with it, how to mend it, and the rows that hold it."""

    value: str
    problem: str
    remedy: str
    rows: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Errors of one column and rule: at most :data:`VALUES_SHOWN` values, and how many more there are."""

    anchor: str
    title: str
    times: str
    values: list[WrongValue]
    more: int


@dataclass(frozen=True, slots=True)
class FaultyRows:
    """Cells of the first faulty rows: labels, then for each row its number and (text, whether it is wrong) by column."""

    labels: list[str]
    rows: list[tuple[str, list[tuple[str, bool]]]]
    more: int
    hidden_columns: int


@dataclass(frozen=True, slots=True)
class Section:
    """One file, in the words of the page."""

    anchor: str
    name: str
    valid: bool
    verdict: str
    facts: list[tuple[str, str]]
    notes: list[str]
    understood: list[str]
    """Sentences: how the titles and columns of the file were found."""
    kinds: list[Kind]
    faulty: FaultyRows | None
    warnings_title: str
    warnings: list[str]


def report_html(files: Sequence[CheckedFile], unreadable: Sequence[tuple[str, str]], lang: str) -> str:
    """The page. ``unreadable``: files that could not be judged, by name, each with a sentence."""
    t = words(lang)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(gettext=t.gettext, ngettext=t.ngettext)
    sections = [section_of(n, file, t) for n, file in enumerate(files, start=1)]
    template = environment.get_template("report/page.html")
    return template.render(lang=lang, sections=sections, unreadable=unreadable, today=t.day(date.today()))  # noqa: DTZ011 (the day as the reader's own calendar has it)


def section_of(number: int, file: CheckedFile, t: AppWords) -> Section:
    """What is said of one file, in words; ``number`` keeps the anchors of several apart."""
    report = file.report
    anchor = f"f{number}"
    name = base_name(file.name)
    errors, sorts = counted(report, t)
    literal = file.understood is None or file.understood.is_literal
    verdict = (
        (t.gettext("Fichier valide") if literal else t.gettext("Toutes les valeurs sont justes"))
        if report.valid
        else t.gettext("{errors} {sorts} à corriger", errors=errors, sorts=sorts)
    )
    facts = [
        (t.gettext("Fichier"), name),
        (t.gettext("Schéma"), file.schema_name),
        (t.gettext("Contenu"), rows_read(report, t)),
    ]
    if file.source.sheet:
        facts.append((t.gettext("Feuille"), file.source.sheet))
    if file.source.encoding:
        facts.append((t.gettext("Encodage"), file.source.encoding.upper()))
    return Section(
        anchor=anchor,
        name=name,
        valid=report.valid,
        verdict=verdict,
        facts=facts,
        notes=([] if report.complete else [incomplete(t)])
        + file.source.notes(t, by_command=not file.on_page),
        understood=sentences(file.understood, t) if file.understood is not None else [],
        kinds=[_kind(f"{anchor}-{n}", kind, file, t) for n, kind in enumerate(report.kinds(), start=1)],
        faulty=_faulty_rows(file, t),
        warnings_title=remarks_title(len(report.warnings), t),
        warnings=[
            str(messages.cell_message(warning, t.lang, as_warning=True)) for warning in report.warnings
        ],
    )


def _kind(anchor: str, errors: Sequence[CellError], file: CheckedFile, t: AppWords) -> Kind:
    alike: dict[tuple[str, int], list[CellError]] = {}
    for error in errors:
        alike.setdefault((error.cell, id(error.params)), []).append(error)
    groups = list(alike.values())
    return Kind(
        anchor=anchor,
        title=_title(errors[0], file, t),
        times=t.ngettext("{n} fois", "{n} fois", len(errors)),
        values=[_wrong_value(group, t) for group in groups[:VALUES_SHOWN]],
        more=max(0, len(groups) - VALUES_SHOWN),
    )


def _title(error: CellError, file: CheckedFile, t: AppWords) -> str:
    """The column, as the file calls it too."""
    name = error.field_name
    label, letter = file.column_of(error)
    if letter:
        return t.gettext(
            "Colonne {letter}, {label}, lue comme {name}",
            letter=letter,
            label=t.quote(visible(label, CELL_SHOWN)) if label else t.gettext("sans titre"),
            name=t.quote(name),
        )
    return t.gettext("Colonne {name}", name=t.quote(name)) if name else t.gettext("Tableau")


def _wrong_value(errors: list[CellError], t: AppWords) -> WrongValue:
    message = messages.cell_message(errors[0], t.lang)
    places = [t.number(error.row_number) for error in errors[:PLACES_SHOWN] if error.row_number is not None]
    more = len(errors) - PLACES_SHOWN
    rows = ", ".join(places)
    if more > 0:
        rows += " " + t.ngettext("… et {n} autre", "… et {n} autres", more)
    return WrongValue(visible(errors[0].cell, CELL_SHOWN), message.problem, message.remedy, rows)


def _faulty_rows(file: CheckedFile, t: AppWords) -> FaultyRows | None:
    """The first faulty rows, with the columns that hold an error in them and the first ones of the file."""
    wrong: dict[int, set[int]] = {}
    hidden = set()
    for error in file.report.errors:
        row = error.row_number
        if row is None or row < file.first_row:
            continue
        if row in wrong or len(wrong) < ROWS_SHOWN:
            columns = wrong.setdefault(row, set())
            if error.field_number is not None:
                columns.add(error.field_number)
        else:
            hidden.add(row)
    if not wrong:
        return None
    labels, cells = file.rows(set(wrong))
    numbers = set(range(1, min(FIRST_COLUMNS, len(labels)) + 1)).union(*wrong.values())
    shown = sorted(numbers)[:COLUMNS_SHOWN]
    return FaultyRows(
        labels=[_label(labels, column, t) for column in shown],
        rows=[
            (
                t.number(row),
                [(_cell(cells.get(row, []), column), column in wrong[row]) for column in shown],
            )
            for row in sorted(wrong)
        ],
        more=len(hidden),
        hidden_columns=len(numbers) - len(shown),
    )


def _label(labels: list[str], column: int, t: AppWords) -> str:
    label = visible(labels[column - 1], CELL_SHOWN) if column <= len(labels) else ""
    return label or t.gettext("colonne n° {n}", n=t.number(column))


def _cell(cells: list[str], column: int) -> str:
    return visible(cells[column - 1], CELL_SHOWN) if column <= len(cells) else ""
