"""What a person types to find a schema, as patterns: without accents, case, plural or the small words of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.folding import fold

MAX_TERMS = 8
MAX_LENGTH = 200  # characters of a search that are read
WHOLE = 3  # letters under which a word is sought whole: « eau » is no part of « bureau »

_SMALL = (
    "a ai au aux avec ce ces cette comment dans de des du elle en est et il ils je la le les leur leurs ma mes mon ne nos notre "
    "nous on ou par pas pour qu que qui sa ses si son sont sur ta tes un une veux vos votre vous y "
    "the of and for to in my our your a an is are with"
)
SMALL_WORDS = frozenset(_SMALL.split())


@dataclass(frozen=True, slots=True)
class Term:
    """One word that is sought. ``pattern``: a regular expression of PostgreSQL, for folded text."""

    word: str
    pattern: str


def terms(text: str) -> list[Term]:
    """The words of a search, in its order, each once; none for small words alone."""
    found: dict[str, Term] = {}
    for word in re.findall(r"\w+", fold(text[:MAX_LENGTH])):
        if len(word) < 2 or word in SMALL_WORDS:
            continue
        root = _root(word)
        found.setdefault(root, Term(word, rf"\m{root}" + (r"(s|x|es)?\M" if len(root) <= WHOLE else "")))
    return list(found.values())[:MAX_TERMS]


def _root(word: str) -> str:
    """What singular and plural share: journaux and journal → journa; subventions → subvention; eaux → eau."""
    if len(word) <= WHOLE or word.isdecimal():
        return word
    for ending, kept in (("eaux", "eau"), ("eux", "eu"), ("oux", "ou"), ("aux", "a"), ("al", "a")):
        if word.endswith(ending) and len(word) > len(ending) + (ending == "al"):
            return word[: -len(ending)] + kept
    return re.sub(r"(?<=[^s])(e?s)$", lambda end: "e" if end.group() == "es" else "", word)
