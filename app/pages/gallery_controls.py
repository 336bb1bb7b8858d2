"""A form for a model that has a column of every kind, each in several states: what generated forms are made of.

Like the gallery, in demonstration mode and in tests only, with samples in French. What is typed is read, checked and said
by the code that serves real forms; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app import access
from app.auth import Viewer
from app.errors import NotFound
from app.flash import Flash
from app.i18n import typography, use
from app.routing import Router
from app.templating import redirect, render
from forms.binding import RawRow, read_form, show, show_row
from forms.control import controls
from forms.related import related
from forms.sections import sections, states
from forms.words import error_words
from schema_loader.check import check_row
from schema_loader.compile import compile_descriptor
from schema_loader.messages import Message
from schema_loader.table_schema import TableSchema

router = Router(include_in_schema=False, prefix="/_composants/colonnes")
Public = Annotated[Viewer | None, Depends(access.public)]
Pairs = list[tuple[str, str]]

NATURES = [
    "aide en numéraire",
    "aide en nature",
    "prêt",
    "garantie",
    "avance",
    "mise à disposition de locaux",
]
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
]
COMMUNES = (
    "Ambérieu-en-Bugey", "Amiens", "Arras", "Brest", "Dijon", "Évry-Courcouronnes", "Grenoble", "Le Havre", "Lille",
    "Limoges", "Lyon", "Marseille", "Montpellier", "Nantes", "Orléans", "Paris", "Poitiers", "Rennes", "Saint-Étienne",
)  # fmt: skip
ALLERGENS = [
    "gluten",
    "crustacés",
    "œufs",
    "poissons",
    "arachides",
    "soja",
    "lait",
    "céleri",
    "moutarde",
    "sésame",
]


def field(name: str, kind: str = "string", title: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "title": title, **more}


DESCRIPTOR: dict[str, Any] = {
    "title": "Toutes les sortes de colonnes",
    "fields": [
        field("objet", title="Objet", description="Ce à quoi sert la subvention, en **quelques mots**.",
              constraints={"required": True, "maxLength": 80}, example="Fonctionnement 2024"),
        field("description_longue", title="Description", description="Texte libre. " * 30),
        field("siret", title="SIRET du bénéficiaire", constraints={"required": True, "pattern": r"^\d{14}$"},
              example="21750001600019"),
        field("code_commune", title="Code de la commune", constraints={"pattern": r"^([013-9]\d|2[AB1-9])\d{3}$"}),
        field("montant", "number", "Montant (€)", constraints={"required": True, "minimum": 0}, example="1234.5"),
        field("habitants", "integer", "Nombre d’habitants"),
        field("date_convention", "date", "Date de la convention", constraints={"required": True}),
        field("debut_seance", "datetime", "Début de la séance"),
        field("ouverture", "time", "Heure d’ouverture"),
        field("mois", "yearmonth", "Mois"),
        field("exercice", "year", "Exercice"),
        field("duree", "duration", "Durée"),
        field("courriel", title="Adresse électronique", format="email"),
        field("page", title="Page d’information", format="uri"),
        field("conditions", title="Conditions de versement",
              constraints={"enum": ["unique", "échelonné", "autre"], "required": True}),
        field("nature", title="Nature", constraints={"enum": NATURES}),
        field("commune", title="Commune", constraints={"enum": list(COMMUNES)}),
        field("notification", "boolean", "Notification à la Commission européenne", trueValues=["oui"],
              falseValues=["non"]),
        field("gratuit", "boolean", "Accès", trueValues=["gratuit"], falseValues=["payant"],
              constraints={"required": True}),
        field("allergenes", "array", "Allergènes",
              arrayItem={"type": "string", "constraints": {"enum": ALLERGENS}}),
        field("publics", "array", "Publics", arrayItem={"type": "string", "enum": ["enfants", "adultes", "seniors"]}),
        field("jours", title="Jours d’ouverture",
              constraints={"pattern": r"^(lundi|mardi|mercredi|jeudi|vendredi)(\|(lundi|mardi|mercredi|jeudi|vendredi))*$"}),
        field("annexes", "list", "Annexes", delimiter=";"),
        field("position", "geopoint", "Position", constraints={"required": True}),
        field("emprise", "geojson", "Emprise"),
        field("etat", title="État des lieux", enum=["bon", "moyen", "à reprendre"], example="bon"),
        field("fin_convention", "date", "Fin de la convention"),
    ],
    "custom_checks": [
        {"name": "compare-columns-value",
         "params": {"column": "fin_convention", "op": ">=", "column2": "date_convention"}},
    ],
}  # fmt: skip

GOOD = {
    "objet": "Fonctionnement 2024", "siret": "21750001600019", "montant": "12500.5", "habitants": "2400000",
    "date_convention": "2024-03-12", "debut_seance": "2024-03-12T14:30:00", "ouverture": "09:00:00", "mois": "2024-03",
    "exercice": "2024", "duree": "PT1H30M", "courriel": "mairie@saint-remi.fr", "page": "https://www.saint-remi.fr",
    "conditions": "unique", "nature": "prêt", "commune": "Nantes", "notification": "non", "gratuit": "gratuit",
    "allergenes": '["gluten", "lait"]', "publics": '["adultes", "aidants"]', "jours": "lundi|mardi", "annexes": "plan;devis",
    "position": "2.352200,48.856600", "emprise": '{"type": "Point", "coordinates": [2.3522, 48.8566]}', "etat": "correct",
    "fin_convention": "2025-03-12",
}  # fmt: skip
BAD = {
    "objet": "", "siret": "2175000160001", "code_commune": "75", "montant": "douze", "date_convention": "12/03/2024",
    "debut_seance": "mardi", "courriel": "mairie", "conditions": "en trois fois", "nature": "don", "commune": "Atlantide",
    "notification": "peut-être", "allergenes": "gluten, lait", "jours": "lundi|samedi", "position": "48.856600,2.352200",
    "emprise": "{", "description_longue": "Deux\nlignes", "fin_convention": "2024-01-01",
}  # fmt: skip
SAMPLES = {"vide": {}, "rempli": GOOD, "a-corriger": BAD}


@lru_cache(maxsize=1)
def model() -> TableSchema:
    return compile_descriptor(DESCRIPTOR)


async def posted_pairs(request: Request) -> Pairs:
    """The texts of the posted form."""
    form = await request.form()
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


PairsOf = Annotated[Pairs, Depends(posted_pairs)]


def page(request: Request, row: RawRow, status: int = 200, *, checked: bool = True) -> Response:
    schema = model()
    found = errors_of(row) if checked else {}
    made = controls(schema)
    return render(
        request,
        "pages/gallery_controls.html",
        status=status,
        fr=typography,
        samples=tuple(SAMPLES),
        sections=sections(schema),
        states=states(sections(schema), row, found),
        shown=dict(zip((control.name for control in made), show_row(schema, row), strict=True)),
        errors={control.name: found.get(control.field.name, ()) for control in made},
    )


def errors_of(row: RawRow) -> dict[str, Sequence[Message]]:
    """What is wrong, by name of the column."""
    schema = model()
    by_name = {control.field.name: control for control in controls(schema)}
    found: dict[str, list[Message]] = {}
    for error in check_row(schema, row):
        control = by_name.get(error.field_name)
        if control is not None:
            words = error_words(control, error, show(control, row.get(error.field_name)))
            found.setdefault(error.field_name, []).append(words)
    return dict(found)


@router.get("")
def gallery(request: Request, _viewer: Public, etat: str = "vide") -> Response:
    if etat not in SAMPLES:
        raise NotFound
    with use("fr"):
        return page(request, dict(SAMPLES[etat]), checked=etat != "vide")


@router.post("")
def send(request: Request, _viewer: Public, pairs: PairsOf) -> Response:
    with use("fr"):
        row = read_form(model(), pairs)
        if errors_of(row):
            return page(request, row, 422)
        return redirect(request, "/_composants/colonnes", Flash(typography("Tout est juste.")))


@router.post("/verifier/{position}")
def check(request: Request, _viewer: Public, position: int, pairs: PairsOf) -> Response:
    """The errors of a control that was left, and of those that are checked together with it once they hold something."""
    schema = model()
    if not 1 <= position <= len(schema.fields):
        raise NotFound
    with use("fr"):
        row = read_form(schema, pairs)
        name = schema.fields[position - 1].name
        others = [other for other in related(schema).get(name, ()) if row[other]]
        found = errors_of(row)
        shown = show_row(schema, row)
        parts = [
            (control, made, found.get(control.field.name, ()), control.field.name != name)
            for control, made in zip(controls(schema), shown, strict=True)
            if control.field.name in (name, *others)
        ]
        return render(request, "pages/gallery_controls.html", block="verdicts", verdicts=parts)


@router.post("/brouillon")
def draft(_viewer: Public, pairs: PairsOf) -> Response:
    """A draft is read as a row is, and kept nowhere."""
    read_form(model(), pairs)
    return Response(status_code=204, headers={"X-Draft-At": datetime.now(UTC).isoformat()})
