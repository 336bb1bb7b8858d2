"""``tabellion portals``: the portals of an establishment, and how its datasets stand there."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli_service import NOT_DONE, DataDir, establishment_at, settings_of


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
        from app.errors import NotFound
        from app.i18n import gettext as _
        from app.publications.connections import queries, service
        from app.publications.connections.kinds import kinds
        from app.publications.deliveries import standing
        from app.publications.portals.faults import PortalError
        from app.tenancy import Role, Scope

        names = {one.code: one.name for one in kinds()}
        slug = establishment.strip("/")
        try:
            with (
                establishment_at(settings, slug) as (number, _url),
                db.in_transaction(Scope.of(number, Role.reader, account=None), read_only=True) as session,
            ):
                connections = queries.of_establishment(session, number)
                if not connections:
                    print(_("Aucun portail connecté."))
                for one in connections:
                    state = _("connecté") if service.is_ready(one) else _("à compléter")
                    if one.fault:
                        state = PortalError.from_dict(one.fault).problem()
                    print(f"{one.id}  {one.name}  ({names[one.kind]})  {one.organisation_name}  {state}")
                    for row in queries.datasets_at(session, number, one.id):
                        view = datasets.view_of(session, dataset_queries.by_id(session, number, row.id))
                        held = next(
                            each for each in standing.board(session, view).standings if each.number == one.id
                        )
                        told = " – ".join(filter(None, (held.word, held.problem or held.line)))
                        print(f"    {slug}/{row.slug} : {told}")
        except NotFound as missing:
            address = f"/e/{slug}/"
            print(_("Aucun établissement à l’adresse {address}.", address=address), file=sys.stderr)
            raise typer.Exit(NOT_DONE) from missing
