"""Roles in words."""

from __future__ import annotations

from app.i18n import N_, gettext
from app.tenancy import Role

ROLES = {
    Role.reader: (N_("Lecture"), N_("consulter les jeux de données.")),
    Role.editor: (N_("Saisie"), N_("consulter, saisir, importer et corriger.")),
    Role.publisher: (N_("Publication"), N_("faire tout cela, et publier.")),
    Role.manager: (N_("Gestion"), N_("faire tout cela, inviter des personnes et régler l’établissement.")),
}


def role_words(role: str) -> tuple[str, str]:
    """``("Saisie", "consulter, saisir, importer et corriger.")``."""
    name, what = ROLES[Role(role)]
    return gettext(name), gettext(what)


def role_options() -> list[tuple[str, str, str]]:
    """For radios: (value, name, what it lets do), from the least to the most."""
    return [(role.value, *role_words(role)) for role in Role]
