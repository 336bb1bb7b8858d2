"""A regular expression in words: ``^\\d{14}$`` → « 14 chiffres ». A person is never shown the expression."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from schema_loader.messages.i18n import N_, Words, words
from schema_loader.shapes import Characters, Choice, Literal, ManyOf, Maybe, Part, Run, Shape, shapes

MAX_LENGTH = 260  # characters; a longer description is harder to read than an example
MAX_LITERAL = 40  # characters of a fixed text
INLINE_CHOICES = 6  # texts of a choice that stands amid other parts

# Expressions that many schemas share and whose sense no shape can tell.
COMMUNE = N_("le code INSEE d’une commune : 5 chiffres, ou 2A ou 2B puis 3 chiffres")
INSTANT = N_("une date et une heure avec leur fuseau, comme 2024-03-12T14:30:00Z")
KNOWN = {
    r"([013-9]\d|2[AB1-9])\d{3}": COMMUNE,
    r"\d[AB\d]\d{3}": COMMUNE,
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})": INSTANT,
}
SIGNS = {
    "-": N_("un tiret"), ".": N_("un point"), "/": N_("une barre oblique"), ",": N_("une virgule"),
    ";": N_("un point-virgule"), ":": N_("deux-points"), "_": N_("un tiret bas"), "@": N_("une arobase"),
    " ": N_("un espace"), "|": N_("une barre verticale"), "\\": N_("une barre oblique inverse"),
    "+": N_("le signe plus"), "'": N_("une apostrophe"), "’": N_("une apostrophe"),
}  # fmt: skip


def pattern_in_words(source: str, lang: str = "fr") -> str | None:
    """What a text must look like to fit the pattern, as a noun phrase; None where words would not be simple."""
    return _pattern_in_words(source, words(lang))


@lru_cache(maxsize=2048)
def _pattern_in_words(source: str, t: Words) -> str | None:
    bare = source.removeprefix("^").removesuffix("$")
    if bare in KNOWN:
        return t.gettext(KNOWN[bare])
    told = _address(bare, t)
    if told is None:
        found = shapes(source)
        if found is None or any(
            isinstance(p, Literal) and len(p.text) > MAX_LITERAL for shape in found for p in shape
        ):
            return None
        alternatives = [_shape(shape, t) for shape in found]
        if len(alternatives) > 3:
            return None
        told = t.gettext(", ou bien ").join(alternatives)
    return told if 0 < len(told) <= MAX_LENGTH else None


def _address(bare: str, t: Words) -> str | None:
    """A web or e-mail address, however finely the expression describes one."""
    if re.match(r"\(?https?\??\)?:", bare):
        if re.search(r"(?<!\\)\|", re.sub(r"\[[^\]]*\]|\([^()]*\)", "", bare)):
            return None  # a choice between an address and something else
        if r"\|" in re.sub(r"\[[^\]]*\]", "", bare):
            return t.gettext("une ou plusieurs adresses web séparées par « | »")
        if ends := re.search(r"\\\.\(\?:([a-z|]+)\)\$?$", bare):
            endings = t.any_of([f".{ending}" for ending in ends[1].split("|")])
            return t.gettext(
                "une adresse web qui commence par https:// et se termine par {endings}", endings=endings
            )
        return t.gettext("une adresse web qui commence par http:// ou https://")
    if re.fullmatch(r"\[[^\]]+\]\+@\[.*", bare) and bare.count("@") == 1:
        return t.gettext("une adresse électronique")
    return None


def _shape(shape: Shape, t: Words) -> str:
    if len(shape) == 1 and isinstance(shape[0], Run):
        return _only(shape[0], t)
    phone = _phone(shape, t)
    if phone is not None:
        return phone
    told = [
        text for part in _dated(shape, t) for text in ([part] if isinstance(part, str) else [_part(part, t)])
    ]
    if (
        len(told) == 2
        and isinstance(shape[0], Literal)
        and len(shape[0].text) == 1
        and shape[0].text.isalpha()
    ):
        return t.gettext("la lettre {letter} suivie de {rest}", letter=shape[0].text, rest=told[1])
    return _sequence(told, t)


def _sequence(told: Sequence[str], t: Words) -> str:
    if len(told) < 3:
        return t.then(told)
    return t.gettext("{first}, puis {last}", first=", ".join(told[:-1]), last=told[-1])


def _dated(shape: Sequence[Part], t: Words) -> Iterator[Part | str]:
    """The parts, with what can only be a date or a time of day said as such."""
    at = 0
    while at < len(shape):
        five = shape[at : at + 5]
        if len(five) == 5 and all(isinstance(part, (Run, Literal)) for part in five):
            mask = "".join(_mask(part) for part in five)
            told = {
                "0000-00-00": N_("une date AAAA-MM-JJ"), "0000/00/00": N_("une date AAAA/MM/JJ"),
                "00/00/0000": N_("une date JJ/MM/AAAA"), "00-00-0000": N_("une date JJ-MM-AAAA"),
                "00:00:00": N_("une heure HH:MM:SS"),
            }.get(mask)  # fmt: skip
            if told is not None:
                yield t.gettext(told)
                at += 5
                continue
        yield shape[at]
        at += 1


def _mask(part: Part) -> str:
    if isinstance(part, Run):
        return (
            "0" * part.low
            if part.low == part.high and part.characters.ranges and is_digits(part.characters)
            else "?"
        )
    return part.text if isinstance(part, Literal) else "?"


def is_digits(characters: Characters) -> bool:
    others = (
        characters.upper or characters.lower or characters.space or characters.accents or characters.others
    )
    return characters.digits and not others


def _digits_only(characters: Characters) -> bool:
    return is_digits(characters) or bool(characters.span and characters.span[0].isdigit())


def _phone(shape: Shape, t: Words) -> str | None:
    """A choice of dialling codes before digits."""
    first = shape[0]
    if not isinstance(first, Choice) or not all(re.fullmatch(r"0|\+\d+", text) for text in first.texts):
        return None
    if not all(isinstance(part, Run) and _digits_only(part.characters) for part in shape[1:]):
        return None
    codes = t.choices(tuple(dict.fromkeys(first.texts)), 3)
    return t.gettext("un numéro de téléphone sans espace, qui commence par {codes}", codes=codes)


def _part(part: Part, t: Words) -> str:
    if isinstance(part, Literal):
        return _literal(part.text, t)
    if isinstance(part, Choice):
        if len(part.texts) <= INLINE_CHOICES and all(len(text) == 1 for text in part.texts):
            return t.any_of([t.quote(text) for text in part.texts])
        return t.gettext("une valeur parmi {choices}", choices=t.choices(part.texts, join=t.all_of))
    if isinstance(part, ManyOf):
        separator, choices = t.quote(part.separator), t.choices(part.texts, join=t.all_of)
        return t.gettext(
            "une ou plusieurs valeurs séparées par {separator}, parmi {choices}",
            separator=separator,
            choices=choices,
        )
    if isinstance(part, Maybe):
        inner = [p if isinstance(p, str) else _part(p, t) for p in _dated(part.parts, t)]
        return t.gettext("éventuellement {parts}", parts=t.all_of(inner))
    return _run(part, t)


def _literal(text: str, t: Words) -> str:
    if text in SIGNS:
        return t.gettext(SIGNS[text])
    if len(text) == 1 and text.isalpha():
        return t.gettext("la lettre {letter}", letter=text)
    if len(text) == 1 and text.isdigit():
        return t.gettext("le chiffre {digit}", digit=text)
    return t.quote(text)


def _run(run: Run, t: Words) -> str:
    characters, low, high = run.characters, run.low, run.high
    letters = characters.upper or characters.lower
    plain = not (characters.others or characters.space or characters.any)
    if plain and characters.digits and not letters:
        return _count(t, run, *DIGIT)
    if plain and letters and not characters.digits:
        return _count(
            t,
            run,
            *(UPPER_LETTER if not characters.lower else LOWER_LETTER if not characters.upper else LETTER),
        )
    if plain and characters.digits:
        return _count(t, run, *(DIGIT_OR_UPPER if not characters.lower else DIGIT_OR_LETTER))
    if characters.span:
        first, last = characters.span
        if low == high == 1 and first.isdigit():
            return t.gettext("un chiffre de {first} à {last}", first=first, last=last)
        counted = _count(t, run, *CHARACTER)
        return t.gettext("{counted} de {first} à {last}", counted=counted, first=first, last=last)
    if characters.any and not characters.others and not characters.space:
        return t.gettext("n’importe quel texte") if high is None else _count(t, run, *CHARACTER)
    if characters.any:
        return t.gettext("un texte sans {signs}", signs=t.any_of(_kinds(characters, t)))
    kinds = t.any_of(_kinds(characters, t))
    if low == high == 1 and len(characters.others) <= 3:
        return kinds
    return t.gettext("{counted} ({kinds})", counted=_count(t, run, *CHARACTER), kinds=kinds)


def _only(run: Run, t: Words) -> str:
    """A text of one kind of characters from end to end."""
    characters = run.characters
    mixed = (
        characters.others
        or characters.space
        or (characters.digits and (characters.upper or characters.lower))
    )
    if run.high is None and run.low <= 1 and mixed and not characters.any:
        return t.gettext("uniquement {kinds}", kinds=t.all_of(_kinds(characters, t, many=True)))
    return _run(run, t)


def _kinds(characters: Characters, t: Words, many: bool = False) -> list[str]:
    kinds = []
    if characters.digits:
        kinds.append(t.gettext("des chiffres") if many else t.gettext("un chiffre"))
    if characters.upper and characters.lower:
        kinds.append(t.gettext("des lettres") if many else t.gettext("une lettre"))
    elif characters.upper:
        kinds.append(t.gettext("des lettres majuscules") if many else t.gettext("une lettre majuscule"))
    elif characters.lower:
        kinds.append(t.gettext("des lettres minuscules") if many else t.gettext("une lettre minuscule"))
    if characters.space:
        kinds.append(t.gettext("des espaces") if many else t.gettext("un espace"))
    if characters.accents and not kinds:
        kinds.append(t.gettext("des lettres accentuées") if many else t.gettext("une lettre accentuée"))
    return kinds + [t.quote(sign) for sign in characters.others]


# Each: one, several, from … to …, this or that, at least.
Counted = tuple[str, str, str, str, str, str]
DIGIT: Counted = (
    N_("{n} chiffre"), N_("{n} chiffres"), N_("de {low} à {high} chiffres"), N_("{low} ou {high} chiffres"),
    N_("un ou plusieurs chiffres"), N_("au moins {low} chiffres"),
)  # fmt: skip
LETTER: Counted = (
    N_("{n} lettre"), N_("{n} lettres"), N_("de {low} à {high} lettres"), N_("{low} ou {high} lettres"),
    N_("une ou plusieurs lettres"), N_("au moins {low} lettres"),
)  # fmt: skip
UPPER_LETTER: Counted = (
    N_("{n} lettre majuscule"), N_("{n} lettres majuscules"), N_("de {low} à {high} lettres majuscules"),
    N_("{low} ou {high} lettres majuscules"), N_("une ou plusieurs lettres majuscules"),
    N_("au moins {low} lettres majuscules"),
)  # fmt: skip
LOWER_LETTER: Counted = (
    N_("{n} lettre minuscule"), N_("{n} lettres minuscules"), N_("de {low} à {high} lettres minuscules"),
    N_("{low} ou {high} lettres minuscules"), N_("une ou plusieurs lettres minuscules"),
    N_("au moins {low} lettres minuscules"),
)  # fmt: skip
DIGIT_OR_LETTER: Counted = (
    N_("{n} chiffre ou lettre"), N_("{n} chiffres ou lettres"), N_("de {low} à {high} chiffres ou lettres"),
    N_("{low} ou {high} chiffres ou lettres"), N_("un ou plusieurs chiffres ou lettres"),
    N_("au moins {low} chiffres ou lettres"),
)  # fmt: skip
DIGIT_OR_UPPER: Counted = (
    N_("{n} chiffre ou lettre majuscule"), N_("{n} chiffres ou lettres majuscules"),
    N_("de {low} à {high} chiffres ou lettres majuscules"), N_("{low} ou {high} chiffres ou lettres majuscules"),
    N_("un ou plusieurs chiffres ou lettres majuscules"), N_("au moins {low} chiffres ou lettres majuscules"),
)  # fmt: skip
CHARACTER: Counted = (
    N_("{n} caractère"), N_("{n} caractères"), N_("de {low} à {high} caractères"), N_("{low} ou {high} caractères"),
    N_("un ou plusieurs caractères"), N_("au moins {low} caractères"),
)  # fmt: skip


def _count(t: Words, run: Run, one: str, many: str, between: str, either: str, some: str, least: str) -> str:
    low, high = run.low, run.high
    if high is None:
        return t.gettext(some) if low <= 1 else t.gettext(least, low=t.number(low))
    if low == high:
        return t.gettext(one if low < 2 else many, n=t.number(low))
    return t.gettext(either if high == low + 1 and low else between, low=t.number(low), high=t.number(high))
