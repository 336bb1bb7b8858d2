"""``tabellion user …``: accounts, from the machine of the service. Imported with the command line, hence light."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli_service import NOT_DONE, DataDir, settings_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.settings import Settings

user_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Gérer les comptes des personnes."
)

Email = Annotated[str, typer.Argument(metavar="ADRESSE", help="Adresse électronique du compte.")]


@user_commands.command("add")
def user_add(
    email: Email,
    name: Annotated[str, typer.Option("--name", metavar="NOM", help="Nom de la personne.")] = "",
    administrator: Annotated[
        bool, typer.Option("--administrator", help="Ce compte administre le service.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Lire le mot de passe sur l’entrée standard.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Créer un compte, et afficher le lien par lequel la personne choisit son mot de passe."""
    with settings_of(data_dir=data_dir) as settings:
        from app.accounts import passwords, queries, service
        from app.folding import fold_email
        from app.i18n import gettext as _

        address = fold_email(email)
        person = " ".join(name.split()) or address.partition("@")[0]
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
        faults = [*service.email_faults(address), *service.name_faults(person)]
        if password is not None:
            faults += passwords.faults(password, email=address, name=person)
        if faults:
            for fault in faults:
                print(*fault, file=sys.stderr)
            raise typer.Exit(NOT_DONE)
        with _database(settings) as session:
            found = queries.account_by_email(session, address)
            if found is None:
                account = service.add_account(
                    session,
                    address,
                    person,
                    password=password,
                    is_administrator=administrator,
                    lang=settings.lang,
                )
                service.note_by_command(session, account.id, "account.created")
                said = [_("Le compte {email} est créé.", email=address)]
                if password is None:
                    said += _link_words(service.give_link(session, account.id, by=None))
            elif administrator and not found.is_administrator:
                found.is_administrator = True
                service.note_by_command(session, found.id, "account.made-administrator")
                said = [_("Le compte {email} administre maintenant le service.", email=address)]
            else:
                print(_("Cette adresse a déjà un compte."), file=sys.stderr)
                raise typer.Exit(NOT_DONE)
        print("\n".join(said))  # once it is done


@user_commands.command("list")
def user_list(data_dir: DataDir = None) -> None:
    """Lister les comptes : adresse, nom, droits, dernière connexion."""
    with settings_of(data_dir=data_dir) as settings:
        from app.accounts import queries
        from app.formats import moment
        from app.i18n import gettext as _

        with _database(settings) as session:
            for account in queries.accounts(session):
                words = [account.email, account.name]
                words += [_("administre le service")] if account.is_administrator else []
                words += [] if account.is_active else [_("compte fermé")]
                signed_in = account.last_sign_in_at
                words.append(moment(signed_in) if signed_in else _("aucune connexion"))
                print("\t".join(words))


@user_commands.command("reset")
def user_reset(email: Email, data_dir: DataDir = None) -> None:
    """Afficher un lien par lequel la personne choisit un nouveau mot de passe. Ceux d’avant ne s’ouvrent plus."""
    with settings_of(data_dir=data_dir) as settings:
        from app.accounts import queries, service
        from app.folding import fold_email
        from app.i18n import gettext as _

        with _database(settings) as session:
            found = queries.account_by_email(session, fold_email(email))
            if found is None:
                print(
                    _("Aucun compte à cette adresse. « tabellion user list » les donne tous."),
                    file=sys.stderr,
                )
                raise typer.Exit(NOT_DONE)
            if not found.is_active:
                print(_("Ce compte est fermé."), file=sys.stderr)
                raise typer.Exit(NOT_DONE)
            said = _link_words(service.give_link(session, found.id, by=None))
        print("\n".join(said))


def _link_words(link: str) -> list[str]:
    from app.i18n import gettext as _

    return [_("Le lien pour choisir un mot de passe, une seule fois, dans les sept jours :"), link]


@contextmanager
def _database(settings: Settings) -> Iterator[Session]:
    """One transaction of the instance, on the database of the settings."""
    from app import db
    from app.provision import open_database
    from app.tenancy import Scope

    with open_database(settings) as database:
        db.connect(database.url, pool_size=1, name="tabellion user")
        try:
            with db.in_transaction(Scope.instance()) as session:
                yield session
        finally:
            db.disconnect()
