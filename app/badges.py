"""The states that pages show, each as a colour, an icon and a word: always the three."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import N_, gettext

KINDS: Mapping[str, tuple[str, str, str]] = {
    "valid": ("good", "circle-check", N_("Valide")),
    "ready": ("good", "circle-check", N_("Prêt à publier")),
    "published": ("good", "world", N_("Publié")),
    "up_to_date": ("good", "check", N_("À jour")),
    "done": ("good", "check", N_("Terminé")),
    "to_fix": ("mend", "alert-triangle", N_("À corriger")),
    "late": ("mend", "clock", N_("En retard")),
    "warning": ("mend", "alert-triangle", N_("À vérifier")),
    "error": ("bad", "alert-circle", N_("Erreur")),
    "failed": ("bad", "circle-x", N_("Échec")),
    "refused": ("bad", "x", N_("Refusé")),
    "draft": ("plain", "pencil", N_("Brouillon")),
    "never": ("plain", "circle-dashed", N_("Jamais")),
    "nothing": ("plain", "file", N_("Néant")),
    "archived": ("plain", "archive", N_("Archivé")),
    "running": ("act", "loader", N_("En cours")),
    "new": ("act", "plus", N_("Nouveau")),
    "changed": ("act", "edit", N_("Modifié")),
}
"""State → tone, icon, word. A list shows fifty of them: only the word that is shown is put into the reader's language."""


def badge_kind(state: str) -> tuple[str, str, str]:
    """Tone, icon and word of a state, in the current language. Raises KeyError for a state that is none."""
    tone, icon, word = KINDS[state]
    return tone, icon, gettext(word)
