"""What a portal may refuse, as data and in words: what happened, then what to do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from app import i18n
from app.errors import AppError
from app.i18n import N_, gettext


class Fault(StrEnum):
    """Why a portal did not do what it was asked."""

    BAD_KEY = "bad_key"
    EXPIRED = "expired"
    FORBIDDEN = "forbidden"
    GONE = "gone"
    MISSING = "missing"
    READ_ONLY = "read_only"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    NAME_TAKEN = "name_taken"
    CONFLICT = "conflict"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    PRIVATE_SITE = "private_site"
    UNKNOWN_SITE = "unknown_site"
    INSECURE = "insecure"
    MOVED = "moved"
    NOT_A_PORTAL = "not_a_portal"


PASSING = frozenset({Fault.READ_ONLY, Fault.BUSY, Fault.UNAVAILABLE})
"""What mends itself: the same act is tried again later."""

WORDS: dict[Fault, tuple[str, str]] = {
    Fault.BAD_KEY: (
        N_("{portal} ne reconnaît pas la clé."),
        N_("Créez-en une nouvelle sur le portail, dans votre profil, puis collez-la dans « Portails »."),
    ),
    Fault.EXPIRED: (
        N_("L’autorisation donnée par {portal} n’est plus valable."),
        N_("Ouvrez « Portails », puis connectez-vous à nouveau au portail."),
    ),
    Fault.FORBIDDEN: (
        N_("{portal} ne vous permet pas de publier pour cette organisation."),
        N_(
            "Demandez-en le droit à une personne qui administre l’organisation sur le portail, ou choisissez une autre "
            "organisation dans « Portails »."
        ),
    ),
    Fault.GONE: (
        N_("Le jeu de données a été supprimé sur {portal}."),
        N_("Restaurez-le sur le portail, ou demandez ici de le créer à nouveau : son adresse changera."),
    ),
    Fault.MISSING: (
        N_("{portal} ne trouve plus le jeu de données."),
        N_(
            "Vérifiez sur le portail qu’il existe et que votre clé y donne accès, ou demandez ici de le créer à nouveau."
        ),
    ),
    Fault.READ_ONLY: (
        N_("{portal} n’accepte aucun changement pour le moment : il est en maintenance."),
        N_("Vous n’avez rien à faire : l’envoi reprend tout seul plus tard."),
    ),
    Fault.TOO_LARGE: (
        N_("{portal} refuse le fichier : il est trop lourd."),
        N_(
            "Publiez moins de lignes à la fois, par exemple une année, ou demandez au portail d’accepter un fichier plus lourd."
        ),
    ),
    Fault.REFUSED: (
        N_("{portal} refuse l’envoi. À revoir : {fields}."),
        N_("Corrigez ce qui est indiqué dans la description du jeu de données, puis publiez à nouveau."),
    ),
    Fault.NAME_TAKEN: (
        N_("Le nom « {name} » est déjà pris sur {portal} par un autre jeu de données."),
        N_("Donnez au jeu de données un autre nom, par exemple « {name}-2 », puis publiez à nouveau."),
    ),
    Fault.CONFLICT: (
        N_("Le jeu de données a été modifié sur {portal} depuis le dernier envoi : {fields}."),
        N_(
            "Regardez ce qui a changé sur le portail. Pour y remettre ce qui est ici, publiez à nouveau en choisissant "
            "« Remplacer »."
        ),
    ),
    Fault.BUSY: (
        N_("{portal} reçoit trop de demandes."),
        N_("Vous n’avez rien à faire : l’envoi reprend tout seul dans quelques minutes."),
    ),
    Fault.UNAVAILABLE: (
        N_("{portal} ne répond pas, ou répond par une erreur."),
        N_(
            "Vous n’avez rien à faire : l’envoi reprend tout seul. Si cela dure plus d’un jour, prévenez le portail."
        ),
    ),
    Fault.PRIVATE_SITE: (
        N_("L’adresse de {portal} est dans un réseau privé, que le service n’interroge pas."),
        N_(
            "Vérifiez l’adresse, ou demandez à la personne qui installe le service de régler "
            "TABELLION_ALLOW_PRIVATE_ADDRESSES."
        ),
    ),
    Fault.UNKNOWN_SITE: (
        N_("Aucun site ne se trouve à l’adresse de {portal}."),
        N_("Vérifiez l’adresse dans « Portails », par exemple https://www.data.gouv.fr."),
    ),
    Fault.INSECURE: (
        N_("L’adresse de {portal} n’est pas sécurisée : votre clé pourrait être lue en chemin."),
        N_("Donnez une adresse en https, dont le certificat est valable."),
    ),
    Fault.MOVED: (
        N_("L’adresse de {portal} renvoie vers une autre adresse."),
        N_("Écrivez dans « Portails » l’adresse à laquelle le site répond : {detail}"),
    ),
    Fault.NOT_A_PORTAL: (
        N_("Le site ne répond pas comme {portal}."),
        N_("Vérifiez dans « Portails » l’adresse et le genre du portail."),
    ),
}

FIELDS: dict[str, str] = {
    "title": N_("titre"),
    "name": N_("nom"),
    "description": N_("description"),
    "organisation": N_("organisation"),
    "licence": N_("licence"),
    "frequency": N_("fréquence"),
    "tags": N_("mots-clés"),
    "coverage": N_("période couverte"),
    "zones": N_("territoire"),
    "schema": N_("modèle"),
    "contact": N_("contact"),
    "file": N_("fichier"),
    "file_title": N_("titre du fichier"),
    "file_description": N_("description du fichier"),
    "visibility": N_("visibilité"),
    "other": N_("autre information"),
}
"""What a field is called in a sentence; portals name theirs otherwise, and each module says which is which."""

NOTICES: dict[str, str] = {
    "licence": N_("{portal} ne connaît pas cette licence : vérifiez sur le portail celle qui est affichée."),
    "schema": N_("{portal} ne connaît pas ce modèle : il est donné par son adresse."),
    "schema_left_out": N_("{portal} ne connaît pas ce modèle, qui n’y est pas indiqué."),
    "zones": N_("{portal} ne connaît pas ce territoire, qui n’y est pas indiqué."),
    "contact": N_("{portal} n’a pas pris l’adresse de contact."),
    "name": N_("Le nom voulu était pris sur {portal} : un autre a été choisi."),
    "processing": N_("{portal} prépare encore les données : elles y seront lisibles dans quelques minutes."),
}
"""What was done otherwise than asked, without stopping the publication."""


class PortalError(AppError):
    """A portal did not do what it was asked.

    ``portal``: its name; ``detail``: its own words, never shown without ours; ``fields``: field (a key of :data:`FIELDS`) →
    its words on it; ``retry_after``: seconds it asks to wait; ``uncertain``: it may have done it all the same, as when the
    connection was cut before its answer; ``name``: the name it refuses.
    """

    status = 422

    def __init__(
        self,
        kind: Fault,
        *,
        portal: str,
        detail: str = "",
        fields: Mapping[str, str] | None = None,
        retry_after: float | None = None,
        uncertain: bool = False,
        name: str = "",
    ) -> None:
        super().__init__(WORDS[kind][0])
        self.kind = kind
        self.portal = portal
        self.detail = detail
        self.fields = dict(fields or {})
        self.retry_after = retry_after
        self.uncertain = uncertain
        self.name = name

    @property
    def passing(self) -> bool:
        """Whether the same act may succeed later, with nothing changed here."""
        return self.kind in PASSING

    def problem(self) -> str:
        """What happened, in the current language."""
        return self._filled(WORDS[self.kind][0])

    def remedy(self) -> str:
        """What to do about it."""
        return self._filled(WORDS[self.kind][1])

    def told(self) -> str:
        """What the portal itself said, field by field, in its own language; may be empty."""
        parts = [f"{field_name(key)} : {words}" for key, words in self.fields.items() if words]
        return " ; ".join(parts) or self.detail

    def text(self, lang: str | None = None) -> str:
        """The problem, the remedy, then the portal's own words."""
        with i18n.use(lang or i18n.language()):
            said = (
                gettext("Réponse du portail : {words}", words=self.told())
                if self.told() and self.kind not in {Fault.CONFLICT, Fault.MOVED}
                else ""
            )
            return " ".join(filter(None, (self.problem(), self.remedy(), said)))

    def _filled(self, msgid: str) -> str:
        fields = ", ".join(map(field_name, self.fields)) or field_name("other")
        return gettext(msgid, portal=self.portal, detail=self.detail, fields=fields, name=self.name)

    def to_dict(self) -> dict[str, Any]:
        """What a database keeps of it, from which any language makes its sentences again."""
        return {
            "kind": str(self.kind),
            "portal": self.portal,
            "detail": self.detail,
            "fields": self.fields,
            "retry_after": self.retry_after,
            "uncertain": self.uncertain,
            "name": self.name,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        return cls(Fault(kept["kind"]), **{key: value for key, value in kept.items() if key != "kind"})


def field_name(key: str) -> str:
    """What a field is called, in the current language."""
    return gettext(FIELDS.get(key, FIELDS["other"]))


def notice_text(code: str, portal: str) -> str:
    """A notice as a sentence, in the current language."""
    return gettext(NOTICES[code], portal=portal)
