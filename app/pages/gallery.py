"""Every component in every state on one page, for those who build pages and for the checks of accessibility.

Served in demonstration mode and in tests, nowhere else. Its samples are in French whatever the reader's language: they are
not words of the service, and no translator should meet them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from app import access
from app.auth import Viewer
from app.flash import Flash
from app.i18n import typography, use
from app.routing import Router
from app.templating import redirect, render

router = Router(include_in_schema=False, prefix="/_composants")
Public = Annotated[Viewer | None, Depends(access.public)]

STATES = (
    "valid", "ready", "published", "up_to_date", "done", "to_fix", "late", "warning", "error",
    "failed", "refused", "draft", "never", "nothing", "archived", "running", "new", "changed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wrong:
    """What :class:`schema_loader.messages.Message` is to a template."""

    problem: str
    remedy: str


def samples() -> dict[str, object]:
    """What the gallery's template shows."""
    return {
        "fr": typography,
        "states": STATES,
        "siret_error": Wrong(
            typography("Le SIRET compte 13 chiffres ; il en faut 14."), typography("Exemple : 217 500 016 00019.")
        ),
        "amount_error": (typography("« douze » n’est pas un nombre."), typography("Écrivez-le en chiffres : 12.")),
        "towns": [
            (code, name)
            for code, name in (
                ("01004", "Ambérieu-en-Bugey"), ("13055", "Marseille"), ("21231", "Dijon"), ("29019", "Brest"),
                ("31555", "Toulouse"), ("33063", "Bordeaux"), ("34172", "Montpellier"), ("35238", "Rennes"),
                ("38185", "Grenoble"), ("42218", "Saint-Étienne"), ("44109", "Nantes"), ("45234", "Orléans"),
                ("59350", "Lille"), ("62041", "Arras"), ("67482", "Strasbourg"), ("69123", "Lyon"),
                ("75056", "Paris"), ("76351", "Le Havre"), ("80021", "Amiens"), ("86194", "Poitiers"),
                ("87085", "Limoges"), ("91228", "Évry-Courcouronnes"), ("97411", "Saint-Denis"),
            )
        ],
    }  # fmt: skip


@router.get("")
def gallery(request: Request, _viewer: Public) -> Response:
    with use("fr"):
        return render(request, "pages/gallery.html", **samples())


@router.get("/confirmer")
def confirm(request: Request, _viewer: Public) -> Response:
    with use("fr"):
        return render(request, "pages/gallery_confirm.html", fr=typography)


@router.post("/confirmer")
def confirmed(request: Request, _viewer: Public) -> Response:
    return redirect(request, "/_composants", Flash("12 lignes supprimées.", undo="/_composants/confirmer"))
