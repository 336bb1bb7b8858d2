"""The report of a file, for a person at a terminal: the verdict first, then each kind of error with its first places."""

from __future__ import annotations

from collections.abc import Sequence

from app.checked_file import CheckedFile
from app.file_check import FileReport
from app.i18n import AppWords, words
from schema_loader import messages
from schema_loader.errors import CellError

PLACES_SHOWN = 5


def report_text(checked: CheckedFile, lang: str) -> str:
    """Lines of text, without an end of line."""
    t = words(lang)
    report = checked.report
    lines = [_verdict(report, checked.name, t)]
    if not report.complete:
        lines.append(incomplete(t))
    lines += checked.source.notes(t)
    for kind in report.kinds():
        lines += ["", _title(kind, t)]
        lines += [
            "  " + _place(error, t) + str(messages.cell_message(error, lang)) for error in kind[:PLACES_SHOWN]
        ]
        more = len(kind) - PLACES_SHOWN
        if more > 0:
            lines.append("  " + t.ngettext("… et {n} autre.", "… et {n} autres.", more))
    if report.warnings:
        lines += ["", remarks_title(len(report.warnings), t)]
        lines += [
            f"  - {messages.cell_message(warning, lang, as_warning=True)}" for warning in report.warnings
        ]
    return "\n".join(lines)


def _verdict(report: FileReport, file: str, t: AppWords) -> str:
    rows = rows_read(report, t)
    if report.valid:
        return t.gettext("✓ {file} : fichier valide, {rows}.", file=file, rows=rows)
    errors, sorts = counted(report, t)
    return t.gettext("✗ {file} : {errors} {sorts}, {rows}.", file=file, errors=errors, sorts=sorts, rows=rows)


def rows_read(report: FileReport, t: AppWords) -> str:
    """``12 lignes lues``."""
    return t.ngettext("{n} ligne lue", "{n} lignes lues", report.rows)


def counted(report: FileReport, t: AppWords) -> tuple[str, str]:
    """``14 erreurs``, ``de 3 sortes``."""
    errors = t.ngettext("{n} erreur", "{n} erreurs", len(report.errors))
    return errors, t.ngettext("d’une sorte", "de {n} sortes", len(report.kinds()))


def incomplete(t: AppWords) -> str:
    """That the check stopped at a limit."""
    return t.gettext("La vérification s’est arrêtée à la limite demandée : il peut y avoir d’autres erreurs.")


def remarks_title(n: int, t: AppWords) -> str:
    """The title of the warnings."""
    return t.ngettext("{n} remarque, sans gravité :", "{n} remarques, sans gravité :", n)


def _title(kind: Sequence[CellError], t: AppWords) -> str:
    times = t.ngettext("{n} fois", "{n} fois", len(kind))
    name = kind[0].field_name
    if name:
        return t.gettext("Colonne {name} ({times})", name=t.quote(name), times=times)
    return t.gettext("Tableau ({times})", times=times)


def _place(error: CellError, t: AppWords) -> str:
    return t.gettext("ligne {row} : ", row=t.number(error.row_number)) if error.row_number is not None else ""
