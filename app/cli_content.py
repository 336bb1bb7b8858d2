"""The commands on what a service holds: ``schema add|sync``, ``establishment …``. Imported with the command line, hence light."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.cli_service import NOT_DONE, DataDir, settings_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REFUSED = 1

establishment_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Gérer les établissements du service."
)


def register(main: typer.Typer, schema_commands: typer.Typer) -> None:
    """Add the commands to the command line."""
    schema_commands.command("add")(schema_add)
    schema_commands.command("sync")(schema_sync)
    main.add_typer(establishment_commands, name="establishment")
    from app.submissions.cli import import_file

    main.command("import")(import_file)
    from app.publications.connections.cli import portals

    main.command()(portals)
    from app.records.cli import export

    main.command()(export)
    from app.publications.cli import publish

    main.command()(publish)
    from app.publications.public.catalogue.cli import catalogue

    main.command()(catalogue)


def schema_add(
    source: Annotated[str, typer.Argument(metavar="CHEMIN|URL", help="Fichier ou adresse du schéma.")],
    key: Annotated[
        str | None, typer.Option("--name", metavar="NOM", help="Identifiant, comme scdl/deliberations.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="Numéro, si le schéma n’en donne pas.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Ajouter un schéma au catalogue du service. Code de sortie : 0 ajouté ou déjà là, 1 refusé, 2 illisible."""
    with settings_of(data_dir=data_dir):
        from app.catalog import service
        from app.errors import AppError
        from app.i18n import gettext as _
        from app.i18n import language, ngettext
        from schema_loader import messages

        data = _bytes_of(source)
        with _transactions() as transaction:
            try:
                with transaction() as session:
                    added = service.add_schema(session, data, source=source, key=key, version=version)
            except AppError as refused:
                _stop(refused.text(), REFUSED)
        values = {"name": f"{added.schema.key}@{added.version}", "title": added.schema.title}
        if added.is_new:
            print(_("✓ {name} est au catalogue : {title}.", **values))
        else:
            print(_("{name} était déjà au catalogue, avec ce contenu.", **values))
        if added.warnings:
            print(ngettext("{n} remarque :", "{n} remarques :", len(added.warnings)))
        for warning in added.warnings:
            print(f"  - {messages.schema_warning(warning, language())}")


def schema_sync(
    catalogue: Annotated[
        str | None, typer.Argument(metavar="CATALOGUE", help="Fichier ou adresse d’un schemas.json.")
    ] = None,
    every_version: Annotated[
        bool, typer.Option("--all-versions", help="Prendre aussi les anciennes versions.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Prendre au catalogue du service ce qu’un schemas.json liste ; sans argument, celui de schema.data.gouv.fr."""
    with settings_of(data_dir=data_dir):
        from app.catalog import service
        from app.catalog.synchronisation import NATIONAL
        from app.errors import AppError
        from app.fetch import fetch
        from app.i18n import ngettext
        from schema_loader.catalogue import read_catalogue
        from schema_loader.errors import SchemaRefused

        source = catalogue or NATIONAL
        try:
            listed = read_catalogue(_bytes_of(source))
        except SchemaRefused as refused:
            _stop(service.SchemaUnusable(refused).text(), NOT_DONE)

        def progress(done: int, total: int) -> None:
            if sys.stderr.isatty():
                print(f"\r{done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)

        with _transactions() as transaction:
            try:
                report = service.synchronise(
                    listed,
                    source,
                    transaction=transaction,
                    fetch=lambda url: fetch(url).data,
                    every_version=every_version,
                    progress=progress,
                )
            except AppError as refused:
                _stop(refused.text(), REFUSED)
        for name in report.added:
            print(f"✓ {name}")
        print(ngettext("{n} version ajoutée", "{n} versions ajoutées", len(report.added)))
        print(ngettext("{n} déjà là", "{n} déjà là", report.known))
        print(ngettext("{n} schéma d’une autre nature", "{n} schémas d’une autre nature", report.others))
        for name, why in report.faults:
            print(f"  - {name} : {why}" if why else f"  - {name}", file=sys.stderr)
        if report.faults:
            _stop(
                ngettext(
                    "{n} schéma n’a pas pu être pris.",
                    "{n} schémas n’ont pas pu être pris.",
                    len(report.faults),
                ),
                REFUSED,
            )


def installed_schemas(data_dir: Path | None) -> list[tuple[str, str, str, tuple[str, ...], str]]:
    """What the catalogue of the service holds: key, title, kind, versions (the newest last), tool."""
    with settings_of(data_dir=data_dir), _transactions() as transaction, transaction() as session:
        from app.catalog import queries
        from app.catalog.service import version_order

        rows = queries.listed(session, [], tables=None, offered=False, limit=100_000)
        held = queries.held(session, [row.key for row in rows])
        return [
            (
                row.key,
                row.title,
                row.kind,
                tuple(sorted(held.get(row.key, ()), key=version_order)),
                row.tool or "",
            )
            for row in rows
        ]


@establishment_commands.command("add")
def establishment_add(
    name: Annotated[str, typer.Argument(metavar="NOM", help="Nom de l’établissement.")],
    siret: Annotated[str, typer.Option("--siret", help="SIRET, 14 chiffres.")] = "",
    siren: Annotated[str, typer.Option("--siren", help="SIREN, 9 chiffres, à défaut de SIRET.")] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="NATURE", help="commune, epci, departement…")] = "",
    departement: Annotated[str, typer.Option("--departement", help="Son numéro.")] = "",
    slug: Annotated[str, typer.Option("--slug", help="Fin de l’adresse de ses pages.")] = "",
    email: Annotated[str, typer.Option("--email", help="Adresse électronique de contact.")] = "",
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Bac à sable : sans SIREN, jamais publié.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Créer un établissement."""
    with settings_of(data_dir=data_dir), _transactions() as transaction:
        from app.establishments import service
        from app.i18n import gettext as _

        raw = {
            "nom": name,
            "siret": siret,
            "siren": siren,
            "type": kind,
            "departement": departement,
            "adresse_page": slug,
            "courriel": email,
        }
        try:
            with transaction() as session:
                made = service.create(session, raw, sandbox=sandbox)
        except service.Invalid as invalid:
            from app.establishments.file_import import title_of

            for column, told in invalid.errors.items():
                for message in told:
                    print(f"{title_of(column)} : {message}", file=sys.stderr)
            raise typer.Exit(REFUSED) from invalid
        print(_("✓ « {name} » est créé : /e/{slug}/", name=made.name, slug=made.slug))


@establishment_commands.command("import")
def establishment_import(
    file: Annotated[Path, typer.Argument(metavar="FICHIER.csv", help="Un établissement par ligne.")],
    check: Annotated[bool, typer.Option("--check", help="Vérifier seulement : rien n’est créé.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Créer les établissements d’un fichier CSV : tous, ou aucun s’il contient une erreur."""
    with settings_of(data_dir=data_dir), _transactions() as transaction:
        from app.establishments import file_import, service
        from app.i18n import gettext as _
        from app.i18n import ngettext

        if not file.is_file():
            _stop(
                _("Le fichier {file} ne s’ouvre pas. Vérifiez son nom et vos droits.", file=str(file)),
                NOT_DONE,
            )
        with transaction() as session:
            reading = file_import.read(session, file)
            if reading.unreadable is not None:
                _stop(str(reading.unreadable), NOT_DONE)
            for line, column, message in reading.faults:
                print(
                    _("Ligne {line}, {column} : {message}", line=line, column=column, message=message),
                    file=sys.stderr,
                )
            if reading.faults:
                count = len(reading.faults)
                _stop(
                    ngettext("{n} erreur : rien n’est créé.", "{n} erreurs : rien n’est créé.", count),
                    REFUSED,
                )
            if reading.ignored:
                print(_("Colonnes qui ne sont pas reprises : {names}.", names=", ".join(reading.ignored)))
            if check:
                count = len(reading.rows)
                print(ngettext("{n} établissement à créer.", "{n} établissements à créer.", count))
                return
            created = service.create_all(session, reading.rows)
        print(ngettext("✓ {n} établissement est créé.", "✓ {n} établissements sont créés.", created))


@establishment_commands.command("list")
def establishment_list(
    search: Annotated[str, typer.Option("--search", help="Nom, SIREN ou SIRET.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Lister les établissements : adresse, nom, SIREN ou SIRET, nature."""
    with settings_of(data_dir=data_dir), _transactions() as transaction, transaction() as session:
        from app.establishments import queries

        for row in queries.listed(session, search, limit=100_000):
            print("\t".join((row.slug, row.name, row.siret or row.siren or "-", row.kind)))


def _bytes_of(source: str) -> bytes:
    """The file at a path, or at an address, fetched through the guard."""
    from app.checked_file import NotAFile, is_pipe
    from app.cli_validate import not_opened
    from app.errors import AppError
    from app.i18n import language, words
    from app.schema_sources import SourceNotFound, open_source

    try:
        if source.startswith(("http://", "https://")):
            from app.fetch import fetch

            return fetch(source).data
        path = Path(source)
        if is_pipe(path):
            raise NotAFile
        if path.is_dir():
            raise SourceNotFound("schema-is-folder", path=source)
        return open_source(source).data
    except AppError as refused:
        _stop(refused.text(), NOT_DONE)
    except SourceNotFound as missing:
        _stop(missing.sentence(language()), NOT_DONE)
    except OSError as error:
        _stop(not_opened(source, error, words(language())), NOT_DONE)


def _stop(sentence: str, code: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def _transactions() -> Iterator[Callable[[], AbstractContextManager[Session]]]:
    """Transactions of the instance, on the database of the settings."""
    from app import db
    from app.provision import open_database
    from app.settings import get_settings
    from app.tenancy import Scope

    with open_database(get_settings()) as database:
        db.connect(database.url, pool_size=1, name="tabellion command")
        try:
            yield lambda: db.in_transaction(Scope.instance())
        finally:
            db.disconnect()
