"""The ``tabellion`` command.

Everything heavy is imported where it is used: ``tabellion validate`` loads no web framework, no database driver and no
frictionless, so that a check of a small file ends before a person notices that it began.
"""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from app import cli_content, cli_service

if TYPE_CHECKING:
    from schema_loader.errors import SchemaRefused
    from schema_loader.table_schema import TableSchema

OK, NOT_VALID, NOT_DONE = 0, 1, 2
"""Exit codes: valid or usable, not valid or refused, could not be judged at all."""

main = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Tabellion : des données conformes à leur schéma, de la saisie à la publication.",
)
schema_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Lire et vérifier des schémas."
)
main.add_typer(schema_commands, name="schema")
cli_service.register(main)


class Lang(StrEnum):
    """Languages of the answers."""

    fr = "fr"
    en = "en"


class Format(StrEnum):
    """Forms of the answers."""

    text = "text"
    json = "json"


class ReportFormat(StrEnum):
    """Forms of the report on a file."""

    text = "text"
    json = "json"
    html = "html"
    csv = "csv"


class Profile(StrEnum):
    """How the header row is judged."""

    validata = "validata"
    frictionless = "frictionless"


REFERENCE = "CHEMIN|URL|NOM[@VERSION]"
FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FICHIER…", help="Fichiers à vérifier : CSV, XLSX, ODS ou XLS ; - pour l’entrée standard."
    ),
]
SchemaArgument = Annotated[str, typer.Argument(metavar=REFERENCE, help="Schéma : fichier, adresse ou nom.")]
SchemaOption = Annotated[str, typer.Option("--schema", metavar=REFERENCE, help="Schéma à respecter.")]
ProfileOption = Annotated[
    Profile,
    typer.Option(
        "--header-profile",
        help="Règle pour la ligne d’en-tête : par nom (validata), ou celle du standard (frictionless).",
    ),
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, help="S’arrêter après ce nombre d’erreurs.")
]
EncodingOption = Annotated[
    str | None,
    typer.Option(
        "--encoding", metavar="ENCODAGE", help="Encodage d’un fichier CSV, par exemple windows-1252."
    ),
]
SheetOption = Annotated[
    str | None,
    typer.Option(
        "--sheet", metavar="NOM|NUMÉRO", help="Feuille d’un classeur ; sans précision, la première visible."
    ),
]
LangOption = Annotated[Lang, typer.Option("--lang", help="Langue des messages.")]
FormatOption = Annotated[Format, typer.Option("--format", help="Forme de la réponse.")]
ReportOption = Annotated[
    ReportFormat,
    typer.Option(
        "--format",
        help="Forme du rapport : texte, données (json), page à envoyer (html) ou liste des erreurs (csv).",
    ),
]
CatalogueOption = Annotated[
    str | None,
    typer.Option("--catalogue", help="Catalogue schemas.json (fichier ou adresse) où chercher les noms."),
]


@main.command()
def validate(
    files: FilesArgument,
    schema: SchemaOption,
    header_profile: ProfileOption = Profile.validata,
    limit: LimitOption = None,
    encoding: EncodingOption = None,
    sheet: SheetOption = None,
    lang: LangOption = Lang.fr,
    output: ReportOption = ReportFormat.text,
    catalogue: CatalogueOption = None,
) -> None:
    """Vérifier des fichiers. Code de sortie : 0 tous valides, 1 un non valide, 2 une vérification impossible."""
    from app.cli_validate import Options, validate_files
    from schema_loader.errors import SchemaRefused

    try:
        rules = _compile(schema, catalogue)
    except SchemaRefused as refused:
        _fail(_reason(refused, lang), NOT_DONE)
    options = Options(header_profile.value, limit, encoding, sheet, lang.value, output.value)
    outcome = validate_files(files, rules, schema, options)
    raise typer.Exit({"valid": OK, "not-valid": NOT_VALID, "not-done": NOT_DONE}[outcome])


@schema_commands.command("check")
def schema_check(
    schema: SchemaArgument,
    lang: LangOption = Lang.fr,
    output: FormatOption = Format.text,
    catalogue: CatalogueOption = None,
) -> None:
    """Vérifier un schéma. Code de sortie : 0 utilisable, 1 refusé, 2 illisible."""
    from app.i18n import words
    from schema_loader import messages

    rules = _compile_or_stop(schema, catalogue, lang, output)
    remarks = [
        {
            "code": warning.code,
            "field": warning.place or None,
            "message": str(messages.schema_warning(warning, lang)),
        }
        for warning in rules.warnings
    ]
    if output is Format.json:
        _print_json(
            {"usable": True, "fields": len(rules.fields), "hash": rules.content_hash, "warnings": remarks}
        )
        return
    t = words(lang)
    print(
        t.ngettext(
            "✓ Ce schéma est utilisable : {n} colonne.",
            "✓ Ce schéma est utilisable : {n} colonnes.",
            len(rules.fields),
        )
    )
    if remarks:
        print(t.ngettext("{n} remarque :", "{n} remarques :", len(remarks)))
    for remark in remarks:
        print(f"  - {remark['message']}")


@schema_commands.command("show")
def schema_show(
    schema: SchemaArgument,
    lang: LangOption = Lang.fr,
    output: FormatOption = Format.text,
    catalogue: CatalogueOption = None,
) -> None:
    """Montrer les colonnes d’un schéma : type, règles, exemple."""
    from app.schema_words import schema_as_json, schema_as_text

    rules = _compile_or_stop(schema, catalogue, lang, output)
    if output is Format.json:
        _print_json(schema_as_json(rules, lang))
    else:
        print(schema_as_text(rules, lang, called=schema))


@schema_commands.command("list")
def schema_list(
    lang: LangOption = Lang.fr,
    output: FormatOption = Format.text,
    catalogue: CatalogueOption = None,
    installed: Annotated[
        bool, typer.Option("--installed", help="Ceux du catalogue de ce service, dans sa base de données.")
    ] = False,
    data_dir: cli_service.DataDir = None,
) -> None:
    """Lister les schémas fournis avec Tabellion, ceux d’un catalogue, ou ceux que ce service propose."""
    from app.schema_sources import ListedSchema, list_schemas
    from app.schema_words import list_as_text
    from schema_loader.errors import SchemaRefused

    try:
        listed = (
            [ListedSchema(*entry) for entry in cli_content.installed_schemas(data_dir)]
            if installed
            else list_schemas(catalogue)
        )
    except SchemaRefused as refused:
        _refuse(refused, lang, output)
    if output is Format.json:
        _print_json([entry.as_json() for entry in listed])
    else:
        print(list_as_text(listed, lang))


def _compile(reference: str, catalogue: str | None) -> TableSchema:
    from app.schema_sources import open_source

    return open_source(reference, catalogue).compile()


def _compile_or_stop(reference: str, catalogue: str | None, lang: Lang, output: Format) -> TableSchema:
    from schema_loader.errors import SchemaRefused

    try:
        return _compile(reference, catalogue)
    except SchemaRefused as refused:
        _refuse(refused, lang, output)


def _reason(refused: SchemaRefused, lang: Lang) -> str:
    from app.schema_sources import SourceNotFound
    from schema_loader import messages

    return (
        refused.sentence(lang)
        if isinstance(refused, SourceNotFound)
        else str(messages.refusal(refused, lang))
    )


def _refuse(refused: SchemaRefused, lang: Lang, output: Format) -> NoReturn:
    from schema_loader.errors import NotReadable

    code = NOT_DONE if isinstance(refused, NotReadable) else NOT_VALID
    sentence = _reason(refused, lang)
    if output is Format.json:
        _print_json(
            {"usable": False, "code": refused.code, "field": refused.place or None, "message": sentence}
        )
        raise typer.Exit(code)
    _fail(sentence, code)


def _fail(sentence: str, code: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)


def _print_json(answer: Any) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=1))


cli_content.register(main, schema_commands)

if __name__ == "__main__":
    main()
