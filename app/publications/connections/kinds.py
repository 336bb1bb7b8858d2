"""The kinds of portals: what people call them, where a key is found, and how one is opened."""

from __future__ import annotations

from dataclasses import dataclass

from app.i18n import N_, gettext
from app.models import Connection, PortalKind
from app.publications.portals.base import Portal
from app.publications.portals.ckan import Ckan
from app.publications.portals.datagouv import DataGouv
from app.publications.portals.http import Patience
from app.publications.portals.null import Null
from app.publications.portals.opendatasoft import Opendatasoft
from app.settings import get_settings

HASTE = Patience(connect=5, read=15, write=15, answer=20)
"""While a person waits for the page."""
OPENED = {PortalKind.ckan: Ckan, PortalKind.opendatasoft: Opendatasoft}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind, in words. ``asks_address``: whether each portal of it has an address of its own; ``where``: is its key."""

    code: PortalKind
    name: str
    about: str
    where: str
    asks_address: bool
    example: str = ""

    @property
    def asks_key(self) -> bool:
        return self.code is not PortalKind.null


def kinds() -> list[Kind]:
    """Those that may be chosen, in the current language."""
    return [
        Kind(
            PortalKind.datagouv,
            "data.gouv.fr",
            gettext("Le portail national. Vos données y sont présentées au nom de votre organisation."),
            gettext(
                "Sur data.gouv.fr, connectez-vous, puis ouvrez « Mon profil », « Paramètres du compte », « Clé d’API ». "
                "Copiez-la et collez-la ici."
            ),
            asks_address=False,
        ),
        Kind(
            PortalKind.ckan,
            "CKAN",
            gettext("Un portail régional ou métropolitain fait avec le logiciel CKAN."),
            gettext(
                "Sur le portail, ouvrez votre profil, puis « Jetons d’API ». Créez-en un, copiez-le et collez-le ici."
            ),
            asks_address=True,
            example="https://data.exemple.fr",
        ),
        Kind(
            PortalKind.opendatasoft,
            "Opendatasoft",
            gettext("Un portail fait avec le logiciel Opendatasoft (Huwise)."),
            gettext(
                "Sur le portail, ouvrez « Mon compte », puis « Clés d’API ». Créez-en une qui permet de publier, copiez-la et "
                "collez-la ici."
            ),
            asks_address=True,
            example="https://exemple.opendatasoft.com",
        ),
        Kind(
            PortalKind.null,
            gettext("Répétition"),
            gettext("Pour essayer : rien n’est envoyé nulle part, et la page dit ce qui l’aurait été."),
            "",
            asks_address=False,
        ),
    ]


def kind_of(code: str) -> Kind | None:
    """The kind of a code; None for one that is none."""
    return next((one for one in kinds() if one.code == code), None)


REHEARSAL = N_("Répétition")


def open_portal(
    kind: str,
    base_url: str,
    name: str,
    key: str,
    *,
    bearer: bool = False,
    patience: Patience | None = None,
) -> Portal:
    """The portal, with a key in clear. Raises :class:`PortalError` for an address that cannot be asked."""
    if kind == PortalKind.datagouv:
        return DataGouv(key, site=base_url, name=name, bearer=bearer, patience=patience)
    if kind == PortalKind.null:
        return Null(name)
    return OPENED[PortalKind(kind)](key, site=base_url, name=name, patience=patience)


def default_address(kind: PortalKind) -> str:
    """Where a kind lives that has one portal alone."""
    return get_settings().datagouv_url if kind is PortalKind.datagouv else ""


def place_of(connection: Connection) -> str:
    """What its key is bound to (:mod:`app.publications.secrets`)."""
    return f"establishment {connection.establishment_id}, portal {connection.id}"
