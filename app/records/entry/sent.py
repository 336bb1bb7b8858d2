"""What the form of a record sent: the row, and what is to be done with it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.datasets.access import At
from app.i18n import LANGUAGES, language
from app.posted import text_of
from app.records.entry import queries
from app.templating import is_local
from forms.binding import NAME, read_form
from forms.control import Control, controls
from schema_loader.compile import compile_schema

SAVE, SAVE_AND_ADD, SAVE_ALL_THE_SAME, TAKE_OVER, MERGE = (
    "enregistrer",
    "ajouter",
    "malgre",
    "reprendre",
    "fusionner",
)
SAVE_AS_NEW, RESTORE = "nouvelle", "retablir"
SENDING, SENDING_LENGTH = "envoi", 40


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came. ``act``: its button; ``version``: what the changes are based on; ``tried``: it was refused before;
    ``is_old``: it was made for another version of the schema, by which it was read; ``proposed``: a control and the text of
    the proposal that was accepted; ``choices``: of a conflict; ``sending``: what its page called it, so that it makes
    one record when it comes twice."""

    row: dict[str, str]
    act: str = SAVE
    version: int | None = None
    origin: int | None = None
    tried: bool = False
    is_old: bool = False
    back: str = ""
    proposed: tuple[Control, str] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    sending: str = ""


def sent(session: Session, at: At, form: FormData) -> Sent:
    """Read a form of this dataset."""
    lang = text_of(form, "langue")
    lang = lang if lang in LANGUAGES else language()
    schema = at.dataset.schema
    made_for = number_of(text_of(form, "modele"))
    is_old = made_for is not None and made_for != at.dataset.version_id
    if is_old and made_for is not None:
        former = queries.descriptor(session, made_for)
        schema = compile_schema(former) if former is not None else schema
    row = read_form(schema, form.multi_items(), lang)
    proposed = _proposed(at, form)
    if proposed is not None:
        row[proposed[0].field.name] = proposed[1]
    return Sent(
        row,
        act=text_of(form, "acte") or SAVE,
        version=number_of(text_of(form, "version")),
        origin=number_of(text_of(form, "origine")),
        tried=text_of(form, "essai") == "oui",
        is_old=is_old,
        back=back_of(at, text_of(form, "retour")),
        proposed=proposed,
        choices={
            name: value
            for name, value in form.multi_items()
            if name.startswith("choix-") and isinstance(value, str)
        },
        sending=text_of(form, SENDING)[:SENDING_LENGTH].replace("\0", ""),
    )


def new_sending() -> str:
    """What a page calls the form that it shows."""
    return secrets.token_urlsafe(9)


def control_named(at: At, name: str) -> Control | None:
    """The control of an input: ``c5`` and ``c5-lat`` are the field's at position 5."""
    match = NAME.fullmatch(name)
    made = controls(at.dataset.schema, language())
    position = int(match[1]) if match is not None else 0
    return made[position - 1] if 0 < position <= len(made) else None


def _proposed(at: At, form: FormData) -> tuple[Control, str] | None:
    value = form.get("proposer")
    if not isinstance(value, str):
        return None
    name, equals, text = value.partition("=")
    control = control_named(at, name)
    return (control, text.replace("\0", "")) if control is not None and equals else None


def number_of(text: str) -> int | None:
    """A whole number that the database can hold; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def back_of(at: At, address: str) -> str:
    """Where a form leads back to: the list of this dataset as the person saw it; its first page otherwise."""
    return address if is_local(address) and address.partition("?")[0] == f"{at.path}/" else f"{at.path}/"
