"""The report of a file, for a person at a terminal: the verdict first, then each kind of error with its first places."""

from __future__ import annotations

from pathlib import Path

from app.file_check import FileReport
from app.i18n import AppWords, words
from schema_loader import messages
from schema_loader.errors import CellError

PLACES_SHOWN = 5


def report_text(report: FileReport, file: Path, lang: str) -> str:
    """Lines of text, without an end of line."""
    t = words(lang)
    lines = [_verdict(report, file, t)]
    if not report.complete:
        lines.append(
            t.gettext(
                "La vérification s’est arrêtée à la limite demandée : il peut y avoir d’autres erreurs."
            )
        )
    for kind in report.kinds():
        lines += ["", _title(kind, t)]
        lines += [
            "  " + _place(error, t) + str(messages.cell_message(error, lang)) for error in kind[:PLACES_SHOWN]
        ]
        more = len(kind) - PLACES_SHOWN
        if more > 0:
            lines.append("  " + t.ngettext("… et {n} autre.", "… et {n} autres.", more))
    if report.warnings:
        n = len(report.warnings)
        lines += ["", t.ngettext("{n} remarque, sans gravité :", "{n} remarques, sans gravité :", n)]
        lines += [
            f"  - {messages.cell_message(warning, lang, as_warning=True)}" for warning in report.warnings
        ]
    return "\n".join(lines)


def _verdict(report: FileReport, file: Path, t: AppWords) -> str:
    rows = t.ngettext("{n} ligne lue", "{n} lignes lues", report.rows)
    if report.valid:
        return t.gettext("✓ {file} : fichier valide, {rows}.", file=file, rows=rows)
    errors = t.ngettext("{n} erreur", "{n} erreurs", len(report.errors))
    sorts = t.ngettext("d’une sorte", "de {n} sortes", len(report.kinds()))
    return t.gettext("✗ {file} : {errors} {sorts}, {rows}.", file=file, errors=errors, sorts=sorts, rows=rows)


def _title(kind: list[CellError], t: AppWords) -> str:
    times = t.ngettext("{n} fois", "{n} fois", len(kind))
    name = kind[0].field_name
    if name:
        return t.gettext("Colonne {name} ({times})", name=t.quote(name), times=times)
    return t.gettext("Tableau ({times})", times=times)


def _place(error: CellError, t: AppWords) -> str:
    return t.gettext("ligne {row} : ", row=t.number(error.row_number)) if error.row_number is not None else ""
