"""The journal of sensitive acts, and the words in which it is read.

    journal.note(session, establishment=seat.id, act="establishment.changed", account=viewer.id, subject="establishment:3")

The entry is written by the transaction of the act: it stays or goes with it. What must outlive a refusal is noted within
:func:`app.db.aside`. Ids, slugs and counts, never a name, an address or what a person typed.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.i18n import N_, gettext
from app.models import JournalEntry
from app.tenancy import INSTANCE

ACTS: Mapping[str, str] = {
    "account.activated": N_("Compte réactivé"),
    "account.created": N_("Compte créé"),
    "account.deactivated": N_("Compte désactivé"),
    "account.link-given": N_("Lien de mot de passe remis"),
    "account.made-administrator": N_("Droits d’administration donnés"),
    "account.password-changed": N_("Mot de passe changé"),
    "account.reset-asked": N_("Lien de mot de passe demandé"),
    "account.sessions-ended": N_("Sessions fermées"),
    "account.sign-in-refused": N_("Connexion refusée"),
    "account.signed-in": N_("Connexion"),
    "account.signed-out": N_("Déconnexion"),
    "account.unmade-administrator": N_("Droits d’administration retirés"),
    "catalogue.synchronised": N_("Catalogue synchronisé"),
    "dataset.closed": N_("Jeu de données rangé"),
    "dataset.opened": N_("Jeu de données ouvert"),
    "dataset.removed": N_("Jeu de données supprimé"),
    "dataset.reopened": N_("Jeu de données rouvert"),
    "delivery.added": N_("Publication sur un portail demandée"),
    "delivery.arrived": N_("Version arrivée sur un portail"),
    "delivery.overwrite": N_("Remplacement demandé sur un portail"),
    "delivery.recreate": N_("Nouvelle création demandée sur un portail"),
    "delivery.removed": N_("Publication sur un portail arrêtée"),
    "delivery.resumed": N_("Envoi à un portail repris"),
    "delivery.suspended": N_("Envoi à un portail suspendu"),
    "delivery.withdrawn": N_("Version retirée d’un portail"),
    "establishment.changed": N_("Réglages de l’établissement modifiés"),
    "establishment.created": N_("Établissement créé"),
    "establishment.imported": N_("Établissements importés"),
    "member.invitation-cancelled": N_("Invitation annulée"),
    "member.invited": N_("Personne invitée"),
    "member.joined": N_("Invitation acceptée"),
    "member.left": N_("Départ d’une équipe"),
    "member.removed": N_("Personne retirée de l’équipe"),
    "member.role-changed": N_("Rôle changé"),
    "portal.connected": N_("Portail connecté"),
    "portal.key-replaced": N_("Clé d’un portail remplacée"),
    "portal.organisation-chosen": N_("Organisation d’un portail choisie"),
    "portal.removed": N_("Portail retiré"),
    "publication.proposed": N_("Version proposée à la publication"),
    "publication.published": N_("Version publiée"),
    "publication.refused": N_("Version refusée"),
    "publication.rolled-back": N_("Retour à une autre version"),
    "publication.withdrawn": N_("Version retirée"),
    "schema.added": N_("Modèle ajouté"),
    "schema.offered": N_("Modèle proposé"),
    "schema.withdrawn": N_("Modèle retiré des choix"),
    "submission.accepted": N_("Fichier importé"),
    "submission.undone": N_("Import annulé"),
}
"""Act → its words, in the alphabetical order of the acts. A test finds an act that is noted and has none."""


def note(
    session: Session,
    *,
    act: str,
    account: int | None,
    establishment: int = INSTANCE,
    subject: str = "",
    **details: str | int | bool,
) -> None:
    """Add an entry; the scope must let write in the establishment (:data:`app.tenancy.INSTANCE` for the instance).

    Nothing comes back: whoever acts may write here, and only those who manage may read.
    """
    session.flush()  # what the entry speaks of is there first
    session.execute(
        insert(JournalEntry)
        .values(establishment_id=establishment, account_id=account, act=act, subject=subject, details=details)
        .inline()
    )


def in_words(act: str) -> str:
    """The act as people read it; its code where it has no words (an entry of a newer version of the service)."""
    return gettext(ACTS[act]) if act in ACTS else act
