"""``tabellion portals``: the portals of an establishment, and how its datasets stand there."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli_service import NOT_DONE, DataDir, settings_of


def portals(
    establishment: Annotated[
        str, typer.Argument(metavar="ÉTABLISSEMENT", help="Comme dans l’adresse : valbrune.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Lister les portails d’un établissement et ce qui y est publié. Code de sortie : 0 listés, 2 établissement inconnu."""
    with settings_of(data_dir=data_dir) as settings:
        from app import db
        from app.datasets import queries as dataset_queries
        from app.datasets import service as datasets
        from app.establishments import queries as establishments
        from app.i18n import gettext as _
        from app.provision import open_database
        from app.publications.connections import queries, service
        from app.publications.connections.kinds import kinds
        from app.publications.deliveries import standing
        from app.publications.portals.faults import PortalError
        from app.tenancy import Role, Scope

        names = {one.code: one.name for one in kinds()}
        with open_database(settings) as database:
            db.connect(database.url, pool_size=1, name="tabellion command")
            try:
                with db.in_transaction(Scope.instance(), read_only=True) as session:
                    found = establishments.by_slug(session, establishment.strip("/"))
                if found is None:
                    print(
                        _("Aucun établissement à l’adresse {address}.", address=f"/e/{establishment}/"),
                        file=sys.stderr,
                    )
                    raise typer.Exit(NOT_DONE)
                with db.in_transaction(
                    Scope.of(found.id, Role.reader, account=None), read_only=True
                ) as session:
                    connections = queries.of_establishment(session, found.id)
                    if not connections:
                        print(_("Aucun portail connecté."))
                    for one in connections:
                        state = _("connecté") if service.is_ready(one) else _("à compléter")
                        if one.fault:
                            state = PortalError.from_dict(one.fault).problem()
                        print(f"{one.id}  {one.name}  ({names[one.kind]})  {one.organisation_name}  {state}")
                        for row in queries.datasets_at(session, found.id, one.id):
                            view = datasets.view_of(session, dataset_queries.by_id(session, found.id, row.id))
                            held = next(
                                each
                                for each in standing.board(session, view).standings
                                if each.number == one.id
                            )
                            told = " – ".join(filter(None, (held.word, held.problem or held.line)))
                            print(f"    {found.slug}/{row.slug} : {told}")
            finally:
                db.disconnect()
