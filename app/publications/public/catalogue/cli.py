"""``tabellion catalogue``: the catalogue of an establishment, or of the whole service, on the standard output."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from app.cli_service import DataDir, settings_of

REFUSED = 1


class Form(StrEnum):
    """Forms of a catalogue."""

    ttl = "ttl"
    jsonld = "jsonld"
    scdl = "scdl"


def catalogue(
    establishment: Annotated[
        str,
        typer.Argument(
            metavar="[ÉTABLISSEMENT]",
            help="Comme dans l’adresse : valbrune. Sans lui, tout ce qui est publié.",
        ),
    ] = "",
    form: Annotated[
        Form, typer.Option("--format", help="ttl et jsonld : DCAT ; scdl : le CSV du schéma scdl/catalogue.")
    ] = Form.ttl,
    data_dir: DataDir = None,
) -> None:
    """Écrire le catalogue de ce qui est publié. Code de sortie : 0 écrit, 1 établissement inconnu ou qui ne publie rien."""
    with settings_of(data_dir=data_dir) as settings:
        from app import db
        from app.errors import NotFound
        from app.provision import open_database
        from app.publications.public import service as published
        from app.publications.public.catalogue import service
        from app.tenancy import Scope

        with open_database(settings) as database:
            db.connect(database.url, pool_size=1, name="tabellion command")
            try:
                with db.in_transaction(Scope("tab_public"), read_only=True) as session:
                    publisher = published.find_publisher(session, establishment) if establishment else None
                    state = service.state(session, publisher)
                for piece in service.write(service.CatalogueForm(form.value), publisher, state.modified):
                    sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
            except NotFound as missing:
                print(missing.text(), file=sys.stderr)
                raise typer.Exit(REFUSED) from missing
            finally:
                db.disconnect()
