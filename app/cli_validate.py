"""What ``tabellion validate`` does: each file checked and reported in turn, the worst outcome kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.checked_file import STDIN, CheckedFile, NotAFile, base_name, on_disk
from app.file_check import check_file
from app.i18n import AppWords, words
from app.progress import RowCounter
from app.report_text import report_text
from schema_loader import messages
from schema_loader.errors import TableUnreadable
from schema_loader.header import HeaderProfile
from schema_loader.table_schema import TableSchema

Outcome = Literal["valid", "not-valid", "not-done"]
NAME_SHOWN = 300
RANK: tuple[Outcome, ...] = ("valid", "not-valid", "not-done")


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked for."""

    profile: HeaderProfile
    limit: int | None
    encoding: str | None
    sheet: str | None
    lang: str
    output: Literal["text", "json", "html", "csv"]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A file that could not be judged: ``sentence`` names it as it was given, ``reason`` may go to other people."""

    name: str
    file: str
    sentence: str
    reason: str


def validate_files(files: Sequence[Path], schema: TableSchema, reference: str, options: Options) -> Outcome:
    """Check the files and print the reports: text as it comes, the other forms at the end, as one whole."""
    worst: Outcome = "valid"
    judged: list[CheckedFile | Unjudged] = []
    with ExitStack() as stack:  # what was put aside on disk stays until the last report is written
        for file in files:
            result = _check(file, schema, reference, options, stack)
            outcome: Outcome = "not-done"
            if isinstance(result, CheckedFile):
                outcome = "valid" if result.report.valid else "not-valid"
            worst = max(worst, outcome, key=RANK.index)
            if options.output == "text":
                _print_text(result, options.lang, first=not judged)
            elif isinstance(result, Unjudged):
                print(result.sentence, file=sys.stderr)
            judged.append(result)
        _print_whole(judged, options)
    return worst


def _check(
    file: Path, schema: TableSchema, reference: str, options: Options, stack: ExitStack
) -> CheckedFile | Unjudged:
    t = words(options.lang)
    name = t.gettext("entrée standard") if file == STDIN else str(file)
    counter = RowCounter(sys.stderr, t, name)
    try:
        path = stack.enter_context(on_disk(file, sys.stdin.buffer))
        report = check_file(
            path,
            schema,
            profile=options.profile,
            limit=options.limit,
            encoding=options.encoding,
            sheet=options.sheet,
            on_progress=counter if counter.awake else None,
        )
    except TableUnreadable as unreadable:
        reason = str(messages.unreadable(unreadable, options.lang))
        return Unjudged(name, str(file), f"{name}: {reason}", reason)
    except OSError as error:
        return Unjudged(name, str(file), not_opened(name, error, t), not_opened(base_name(name), error, t))
    finally:
        counter.close()
    titled = " ".join(part for part in (schema.title or schema.name or reference, schema.version) if part)
    return CheckedFile(name, str(file), path, report, schema, titled, options.encoding)


def not_opened(name: str, error: OSError, t: AppWords) -> str:
    """Why a file does not open, and what to do; the words of the system only where there are no better ones."""
    shown = t.quote(name, NAME_SHOWN)
    if isinstance(error, FileNotFoundError):
        return t.gettext("Le fichier {file} n’existe pas. Vérifiez son nom et son dossier.", file=shown)
    if isinstance(error, IsADirectoryError):
        return t.gettext("{file} est un dossier. Donnez le nom d’un fichier.", file=shown)
    if isinstance(error, NotAFile):
        return t.gettext(
            "{file} est un périphérique ou un canal du système, pas un fichier. Donnez le nom d’un fichier.",
            file=shown,
        )
    if isinstance(error, PermissionError):
        return t.gettext(
            "Vous n’avez pas le droit de lire le fichier {file}. Demandez-le à la personne qui le garde.",
            file=shown,
        )
    return t.gettext(
        "Le fichier {file} ne s’ouvre pas ({reason}). Vérifiez son nom et vos droits.",
        file=shown,
        reason=error.strerror or str(error),
    )


def _print_text(result: CheckedFile | Unjudged, lang: str, *, first: bool) -> None:
    if isinstance(result, Unjudged):
        sys.stdout.flush()  # both may go to one terminal: in the order of the files
        print(result.sentence, file=sys.stderr)
        return
    if not first:
        print()
    print(report_text(result, lang))


def _print_whole(results: Sequence[CheckedFile | Unjudged], options: Options) -> None:
    """The forms that hold every file. One file that cannot be judged has no report."""
    judged = [result for result in results if isinstance(result, CheckedFile)]
    unjudged = [result for result in results if isinstance(result, Unjudged)]
    several = len(results) > 1
    if not judged and not several:
        return
    if options.output == "json":
        answers = [_as_json(result, options.lang) for result in results]
        if not several:
            del answers[0]["file"]
        print(json.dumps(answers if several else answers[0], ensure_ascii=False, indent=1))
    elif options.output == "html":
        from app.report_html import report_html

        sentences = [(base_name(result.name), result.reason) for result in unjudged]
        _write_utf8([report_html(judged, sentences, options.lang)])
    elif options.output == "csv":
        from app.report_csv import report_csv

        _write_utf8(report_csv(judged, options.lang, several=several))


def _as_json(result: CheckedFile | Unjudged, lang: str) -> dict[str, Any]:
    """The report with the file that it is about; ``valid`` is null where nothing could be judged."""
    if isinstance(result, Unjudged):
        return {"file": result.file, "valid": None, "message": result.sentence}
    return {"file": result.file, **result.report.as_json(lang)}


def _write_utf8(pieces: Iterable[str]) -> None:
    """What goes into a file is UTF-8, whatever a terminal speaks."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
