"""The commands of the service: ``serve``, ``worker``, ``db …``, ``user …``. Imported with the command line, hence light: the web, the
database and the queue are imported where they are used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.settings import Settings

NOT_DONE = 2

db_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Entretenir la base de données.")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DOSSIER", help="Dossier des données (TABELLION_DATA_DIR)."),
]


def register(main: typer.Typer) -> None:
    """Add the commands to the command line."""
    main.command()(serve)
    main.command()(worker)
    main.add_typer(db_commands, name="db")
    from app.accounts.cli import user_commands

    main.add_typer(user_commands, name="user")


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Adresse d’écoute (TABELLION_HOST).")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port d’écoute (TABELLION_PORT).")] = None,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help="Démonstration : données et comptes fictifs.")
    ] = None,
    with_worker: Annotated[
        bool | None, typer.Option("--worker/--no-worker", help="Exécuter aussi les traitements longs.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Démarrer le service : base de données, traitements, pages."""
    with settings_of(host=host, port=port, demo=demo, worker=with_worker, data_dir=data_dir) as settings:
        from app.server import serve as run

        run(settings)


def worker(
    parent: Annotated[int | None, typer.Option("--parent", hidden=True)] = None, data_dir: DataDir = None
) -> None:
    """Exécuter les traitements longs, à part du service."""
    with settings_of(data_dir=data_dir) as settings:
        from app.provision import open_database
        from app.worker import run

        with open_database(settings, upgrade=parent is None) as database:
            run(settings, database.url, parent=parent)


@db_commands.command("upgrade")
def db_upgrade(data_dir: DataDir = None) -> None:
    """Mettre la base de données à jour : rôles et tables. Sans effet si elle l’est déjà."""
    with settings_of(data_dir=data_dir) as settings:
        from app import migrate
        from app.i18n import gettext as _
        from app.provision import open_database

        with open_database(settings):
            print(_("La base de données est à jour (version {revision}).", revision=migrate.head()))


@db_commands.command("backup")
def db_backup(
    file: Annotated[
        Path, typer.Argument(metavar="FICHIER", help="L’archive à écrire ; elle ne doit pas exister.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Sauvegarder la base de données et les fichiers dans une seule archive, puis la relire et comparer."""
    with settings_of(data_dir=data_dir) as settings:
        from app import backup
        from app.i18n import gettext as _

        made = backup.backup(settings, file)
        print(
            _(
                "Sauvegarde écrite et relue : {file} (tables : {tables}, lignes : {rows}, fichiers : {files}).",
                file=str(file),
                tables=len(made.rows),
                rows=made.row_count,
                files=len(made.files),
            )
        )


@db_commands.command("restore")
def db_restore(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Une archive de « tabellion db backup ».")],
    data_dir: DataDir = None,
) -> None:
    """Rétablir une sauvegarde dans une base vide et un dossier de fichiers vide. N’écrase jamais rien."""
    with settings_of(data_dir=data_dir) as settings:
        from app import backup
        from app.i18n import gettext as _

        made = backup.restore(settings, file)
        print(
            _(
                "Sauvegarde du {date} rétablie et vérifiée (tables : {tables}, lignes : {rows}, fichiers : {files}).",
                date=made.made_at[:10],
                tables=len(made.rows),
                rows=made.row_count,
                files=len(made.files),
            )
        )


@db_commands.command("roles")
def db_roles(
    database: Annotated[str, typer.Argument(metavar="BASE", help="Nom de la base de données.")] = "tabellion",
) -> None:
    """Écrire les instructions SQL qui créent les rôles, pour la personne qui administre PostgreSQL."""
    from app.provision import roles_script

    print(roles_script(database), end="")


@contextmanager
def settings_of(**chosen: object) -> Iterator[Settings]:
    """The settings, those of the command line first; a refusal to start is said in a sentence."""
    import os

    from app import i18n
    from app.errors import CannotStart
    from app.settings import get_settings

    for name, value in chosen.items():
        if value is not None:  # the worker, a child, must choose the same
            os.environ[f"TABELLION_{name.upper()}"] = str(value)
    try:
        settings = get_settings()
        _configure_logs(settings)
        with i18n.use(settings.lang):
            yield settings
    except CannotStart as error:
        lang = os.environ.get("TABELLION_LANG", "fr")
        print(error.text(lang), file=sys.stderr)
        raise typer.Exit(NOT_DONE) from error


@contextmanager
def establishment_at(settings: Settings, slug: str, *, connections: int = 1) -> Iterator[tuple[int, str]]:
    """This process bound to the database of the settings, for a command on one establishment: its number, the database's address.

    Raises :class:`app.errors.NotFound` where no establishment has this address.
    """
    from app import db
    from app.errors import NotFound
    from app.establishments import queries as establishments
    from app.provision import open_database
    from app.tenancy import Scope

    with open_database(settings) as database:
        db.connect(database.url, pool_size=connections, name="tabellion command")
        try:
            with db.in_transaction(Scope.instance(), read_only=True) as session:
                found = establishments.by_slug(session, slug)
                number = found.id if found is not None else None
            if number is None:
                raise NotFound
            yield number, database.url
        finally:
            db.disconnect()


def _configure_logs(settings: Settings) -> None:
    from app import logs

    logs.configure(settings.log_format, settings.log_level)
