"""The rehearsal: a portal that is asked everything, writes nothing, and says what it would do."""

from __future__ import annotations

from dataclasses import replace

from app.i18n import N_, gettext
from app.publications.portals.base import (
    Identity,
    Metadata,
    Organisation,
    Portal,
    PortalFile,
    Presence,
    RemoteIds,
    RemoteState,
)

REHEARSED = "repetition"


class Null:
    """``said``: what was done in words, in the order of doing.

    With ``other``, an open portal, it is that portal's rehearsal (``--dry-run``): it looks there, and writes nothing there. Send
    to it with a ``store`` that keeps nothing: ``send(Null(other=portal), plan, lambda state: None, state)``.
    """

    kind = "null"

    def __init__(self, name: str = "", *, other: Portal | None = None) -> None:
        self._other = other
        self.name = name or (other.name if other else gettext("la répétition"))
        self.notices: list[str] = []
        self._said: list[tuple[str, dict[str, object]]] = []
        self._file = False

    @property
    def said(self) -> list[str]:
        """In the current language."""
        return [gettext(msgid, **values) for msgid, values in self._said]

    def close(self) -> None:
        if self._other is not None:
            self._other.close()

    def identify(self) -> Identity:
        if self._other is not None:
            return self._other.identify()
        return Identity(self.name, organisations=(Organisation(REHEARSED, self.name),))

    def state(self, ids: RemoteIds) -> RemoteState:
        if self._file:  # asked at the end of the sequence
            return RemoteState(Presence.PUBLIC, has_file=True)
        if self._other is not None and ids.dataset_id != REHEARSED:
            return self._other.state(ids)
        return RemoteState(Presence.PUBLIC if ids.dataset_id else Presence.ABSENT, bool(ids.resource_id))

    def ensure_dataset(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        new = not ids.dataset_id
        self._say(
            N_("Le jeu de données « {title} » serait créé sur {portal}.")
            if new
            else N_("Le jeu de données « {title} » serait mis à jour sur {portal}."),
            title=metadata.title,
        )
        return replace(ids, dataset_id=REHEARSED) if new else ids

    def ensure_resource(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        self._file = True
        self._say(
            N_("Le fichier « {file} » ({size} octets) y serait envoyé.")
            if not ids.resource_id
            else N_("Le fichier « {file} » ({size} octets) y remplacerait le précédent."),
            file=file.name,
            size=file.size,
        )
        return ids if ids.resource_id else replace(ids, resource_id=REHEARSED)

    def describe(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> RemoteIds:
        self._say(N_("Le fichier y porterait le titre « {title} »."), title=file.title)
        if metadata.schema:
            name = " ".join(filter(None, (metadata.schema.name, metadata.schema.version)))
            self._say(N_("Le modèle indiqué serait {schema}."), schema=name or metadata.schema.url)
        return ids

    def publish(self, metadata: Metadata, ids: RemoteIds) -> RemoteIds:
        self._say(
            N_("Le jeu de données y resterait privé.")
            if metadata.private
            else N_("Le jeu de données y serait visible de tous.")
        )
        return ids

    def withdraw(self, ids: RemoteIds) -> RemoteIds:
        self._say(N_("Le jeu de données serait retiré de {portal}, et son fichier effacé."))
        return replace(ids, resource_id="", url="")

    def tidy(self, metadata: Metadata, ids: RemoteIds, file: PortalFile) -> None:
        """It leaves no doubles."""

    def _say(self, msgid: str, **values: object) -> None:
        self._said.append((msgid, {"portal": self.name, **values}))
