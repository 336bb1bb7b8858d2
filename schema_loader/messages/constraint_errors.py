"""Values that break a constraint of their column: what is wrong with them, constraint by constraint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from schema_loader.field import Field
from schema_loader.messages.case import MAX_TEXT, Case, with_example
from schema_loader.messages.describe import DAYS, MOMENTS, bounds, counted, shown_limit, type_in_words
from schema_loader.messages.i18n import N_, Message, Words
from schema_loader.messages.patterns import is_digits, pattern_in_words
from schema_loader.messages.type_errors import spaces_around, spoilt
from schema_loader.repair.rule import names_of
from schema_loader.shapes import Choice, ManyOf, Run, shapes

# Identifiers whose name helps more than « cette valeur »: the word looked for, the number of digits, the subject.
IDENTIFIERS = (
    ("siret", 14, N_("Le SIRET compte {count}")),
    ("siren", 9, N_("Le SIREN compte {count}")),
    ("postal", 5, N_("Le code postal compte {count}")),
)


def constraint_error(case: Case, name: str) -> Message:
    """Words for ``constraint-error/<name>``."""
    make = _MAKERS.get(name)
    if make is not None:
        return make(case)
    t = case.t
    problem = t.gettext("{text} ne suit pas la règle de cette colonne.", text=case.quoted)
    return case.message(problem, t.gettext("Corrigez cette valeur"))


def _required(case: Case) -> Message:
    t = case.t
    if case.text:
        problem = t.gettext(
            "{text} signifie « pas de valeur » ; cette information est obligatoire.", text=case.quoted
        )
    else:
        problem = t.gettext("Il manque une valeur : cette information est obligatoire.")
    wanted = type_in_words(case.field.type, t.lang)
    if case.field.choices:
        how = t.gettext("Choisissez une valeur")
    elif case.field.type.name in ("string", "any") and case.field.type.format_name == "default":
        how = t.gettext("Saisissez une valeur")
    else:
        how = t.gettext("Saisissez une valeur : {type}", type=wanted)
    return Message(problem, with_example(how, case.field, t))


# -- lengths ------------------------------------------------------------------------------------------------------


def _length(case: Case) -> int:
    return len(case.value) if hasattr(case.value, "__len__") else len(case.text)


def _max_length(case: Case) -> Message:
    t, limit = case.t, _limit(case, "maxLength")
    length = _length(case)
    surplus = counted(case.field, max(length - limit, 1), t)
    problem = _too(case, N_("{subject} compte {count} ; il en faut au plus {limit}."), length, limit)
    return Message(problem, t.gettext("Retirez {surplus}.", surplus=surplus))


def _min_length(case: Case) -> Message:
    t, limit = case.t, _limit(case, "minLength")
    length = _length(case)
    lacking = counted(case.field, max(limit - length, 1), t)
    problem = _too(case, N_("{subject} compte {count} ; il en faut au moins {limit}."), length, limit)
    return Message(problem, with_example(t.gettext("Ajoutez {lacking}", lacking=lacking), case.field, t))


def _too(case: Case, template: str, length: int, limit: int) -> str:
    t = case.t
    of_items = case.field.type.name in ("array", "list", "object")
    subject = t.gettext("La liste") if of_items else t.gettext("Ce texte")
    return t.gettext(template, subject=subject, count=counted(case.field, length, t), limit=t.number(limit))


def _limit(case: Case, name: str) -> int:
    return int(case.params.get("limit", case.field.constraints[name].value))


# -- bounds -------------------------------------------------------------------------------------------------------

BOUNDS: Mapping[str, str] = {
    "minimum": N_("{value} est trop petit : le minimum est {limit}."),
    "maximum": N_("{value} est trop grand : le maximum est {limit}."),
    "exclusiveMinimum": N_("{value} est trop petit : il faut plus de {limit}."),
    "exclusiveMaximum": N_("{value} est trop grand : il faut moins de {limit}."),
}
MAX_SHOWN_VALUE = 40
MAX_QUOTED_CHOICE = 110  # the longest choice of a real schema has 103 characters


def _bound(name: str) -> Callable[[Case], Message]:
    def make(case: Case) -> Message:
        t, field, value = case.t, case.field, case.value
        if value is None or value != value:
            problem = t.gettext("{text} n’est pas un nombre.", text=case.quoted)
            return case.message(problem, t.gettext("Écrivez un nombre"))
        shown = field.type.display(value, t.lang)
        if len(shown) > MAX_SHOWN_VALUE or not re.fullmatch(r"-?\d[\w\s/:.,+()-]*", shown) or "E" in shown:
            shown = case.quoted
        span = bounds(field, t) or ""
        if field.type.name in (*DAYS, *MOMENTS):
            late = N_("{value} est trop tard.") if name.endswith("aximum") else N_("{value} est trop tôt.")
            how = t.gettext("Il faut une valeur {span}", span=span)
            return Message(t.gettext(late, value=shown), with_example(how, field, t))
        limit = shown_limit(field, field.constraints[name], t)
        problem = t.gettext(BOUNDS[name], value=shown, limit=limit)
        if case.guess is not None and case.proposal is not None and case.proposal.kind == "number-percent":
            return Message(
                problem, t.gettext("Pour {n} %, écrivez {text}.", n=shown, text=t.literal(case.guess))
            )
        return Message(problem, with_example(t.gettext("Valeurs admises : {span}", span=span), field, t))

    return make


# -- choices and forms --------------------------------------------------------------------------------------------


def _enum(case: Case) -> Message:
    return spoilt(case) or spaces_around(case) or _among(case, case.field.choices)


def _among(case: Case, choices: tuple[str, ...]) -> Message:
    t, text = case.t, case.text[:MAX_TEXT].strip()
    near = case.proposal.after if case.proposal is not None else ""
    if near in choices and len(near) <= MAX_QUOTED_CHOICE:
        problem = t.gettext("{text} ne fait pas partie des valeurs prévues.", text=case.quoted)
        return Message(
            problem, t.gettext("Vouliez-vous dire {choice} ?", choice=t.quote(near, MAX_QUOTED_CHOICE))
        )
    pieces = [piece.strip() for piece in re.split(r"[;,|/]", text) if piece.strip()]
    if len(pieces) > 1 and all(names_of(choices).meant(piece) for piece in pieces):
        problem = t.gettext(
            "{text} réunit plusieurs valeurs, alors qu’une seule est attendue.", text=case.quoted
        )
    else:
        problem = t.gettext("{text} ne fait pas partie des valeurs prévues.", text=case.quoted)
    return Message(problem, t.gettext("Choisissez : {choices}.", choices=t.choices(choices)))


def _pattern(case: Case) -> Message:
    t, source = case.t, case.params.get("pattern", "")
    found = shapes(source)
    special = spoilt(case) or spaces_around(case)
    if special is not None:
        return special
    if found is not None and len(found) == 1 and len(found[0]) == 1:
        only = found[0][0]
        if isinstance(only, Choice):
            return _among(case, only.texts)
        if isinstance(only, ManyOf):
            told = _many(case, only)
            if told is not None:
                return told
        if isinstance(only, Run):
            told = _digits(case, only) or _strangers(case, only)
            if told is not None:
                return told
    problem = t.gettext("{text} n’a pas la forme attendue.", text=case.quoted)
    shape = pattern_in_words(source, t.lang)
    if shape is None or (case.text.startswith("http") and "http" in shape):
        return case.message(
            problem,
            t.gettext("Suivez la forme de l’exemple") if case.field.examples() else t.gettext("Corrigez-la"),
        )
    return case.message(problem, t.gettext("Il faut {shape}", shape=shape))


def _many(case: Case, many: ManyOf) -> Message | None:
    """A text that should be some of the choices, and has a piece that is none."""
    t = case.t
    pieces = [piece.strip() for piece in case.text[:MAX_TEXT].split(many.separator)]
    strange = next((piece for piece in pieces if piece and piece not in many.texts), None)
    if strange is None:
        return None
    problem = t.gettext("{text} ne fait pas partie des valeurs prévues.", text=t.quote(strange))
    meant = case.proposal.after if case.proposal is not None else ""
    if 0 < len(meant) <= MAX_QUOTED_CHOICE:
        return Message(
            problem, t.gettext("Vouliez-vous dire {choice} ?", choice=t.quote(meant, MAX_QUOTED_CHOICE))
        )
    return Message(problem, t.gettext("Choisissez : {choices}.", choices=t.choices(many.texts)))


def _digits(case: Case, run: Run) -> Message | None:
    """A text that should be so many digits and nothing else."""
    t, text = case.t, case.text
    if not is_digits(run.characters):
        return None
    shape = pattern_in_words(case.params.get("pattern", ""), t.lang) or ""
    bare = re.sub(r"[\s.\-/]", "", text[:MAX_TEXT])
    if not (bare.isascii() and bare.isdecimal()):
        return None
    if bare != text and case.guess == bare:
        problem = t.gettext("{text} contient autre chose que des chiffres.", text=case.quoted)
        return case.message(problem, t.gettext("Écrivez {shape} à la suite", shape=shape))
    if run.low <= len(bare) <= (run.high or len(bare)):
        return None
    count = t.ngettext("{n} chiffre", "{n} chiffres", len(bare))
    subject = t.gettext(_subject(case.field, run), count=count)
    if run.low == run.high:
        problem = t.gettext("{subject} ; il en faut {n}.", subject=subject, n=t.number(run.low))
    else:
        problem = t.gettext("{subject} ; il faut {shape}.", subject=subject, shape=shape)
    if case.proposal is not None and (case.proposal.kind, case.proposal.status) == ("code-zeros", "safe"):
        remedy = t.gettext(
            "Le tableur a peut-être retiré le zéro du début : {text}.", text=case.proposal.after
        )
        return Message(problem, remedy)
    return Message(problem, with_example(t.gettext("Vérifiez ce numéro"), case.field, t))


def _subject(field: Field, run: Run) -> str:
    about = f"{field.name} {field.title} {field.description}".lower()
    for word, digits, subject in IDENTIFIERS:
        if run.low == run.high == digits and word in about:
            return subject
    return N_("Ce numéro compte {count}")


def _strangers(case: Case, run: Run) -> Message | None:
    """The characters that a column of one kind of characters does not admit."""
    t = case.t
    strange = tuple(dict.fromkeys(c for c in case.text[:MAX_TEXT] if not run.characters.holds(c)))
    if not strange or run.high == 1:
        return None
    shown = [_named(character, t) for character in strange[:4]]
    problem = t.ngettext(
        "Ce caractère n’est pas admis ici : {signs}.",
        "Ces caractères ne sont pas admis ici : {signs}.",
        len(strange),
        signs=t.all_of(shown) if len(strange) <= 4 else ", ".join([*shown, "…"]),
    )
    shape = pattern_in_words(case.params.get("pattern", ""), t.lang)
    return case.message(
        problem, t.gettext("Il faut {shape}", shape=shape) if shape else t.gettext("Retirez-les")
    )


def _named(character: str, t: Words) -> str:
    return t.gettext("l’espace") if character.isspace() else t.quote(character)


_MAKERS: Mapping[str, Callable[[Case], Message]] = {
    "required": _required, "minLength": _min_length, "maxLength": _max_length, "enum": _enum, "pattern": _pattern,
    **{name: _bound(name) for name in BOUNDS},
}  # fmt: skip
