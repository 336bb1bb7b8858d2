"""Passwords: kept as argon2id, chosen freely, refused only when they are easily guessed.

Length over rules (NIST SP 800-63B, 3.1.1; ANSSI-PG-078): at least twelve characters of any kind, no forced sign or figure, no
expiry. Refused: a usual password with a few signs around it, a run of the keyboard, one motif repeated, one's own name or
address.
"""

from __future__ import annotations

import re
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.folding import fold
from app.i18n import gettext

LEAST, MOST = 12, 256
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 30 ms."""
_AT_ONCE = threading.BoundedSemaphore(4)  # a crowd that signs in fills neither the memory nor every core
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$KggZLXoSV0BPa8VefV1qzg$UeOa6qY1psKKLVBMdQFR8ZEqwK8sq7fuqT1gDs3sqxQ"

# the words that most leaked passwords are made of, folded; French and English
_USUAL = """
    abc abcd abcde abcdef abcdefg abcdefgh administrateur administration administrator admin amour anniversaire azerty azertyui
    azertyuiop azertyuiopqsdfghjklm baseball batman bienvenue bonjour bonsoir camille changeme changemoi changezmoi charlie
    chocolat chouchou coeur commune compte computer connexion data default defaut delegation departement doudou dragon
    ecole etablissement famille football france freedom hello iloveyou internet invite jesus jetaime juillet letmein licorne
    login loulou lundi mairie maison master mdp michel monkey monkeys motdepasse motdepasses motdepass nicolas ordinateur
    papillon parole passe passer password passwords passwd passphrase phrase princess princesse printemps qsdfghjklm qwerty
    qwertyui qwertyuiop qwertyuiopasdfghjklzxcvbnm region republique root salut sandrine secret secretaire secretariat secure
    securite service services shadow soleil starwars sunshine superman tabellion temporaire test tester testeur thomas toto
    trustno utilisateur user users vacances verveine ville welcome wxcvbn
    janvier fevrier mars avril mai juin aout septembre octobre novembre decembre automne hiver ete
    tulipetambourardoiseneuf
    mon ma mes le la les un une de des du et the my this is
"""
USUAL = frozenset(_USUAL.split())
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "01234567890123456789",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1a2z3e4r5t6y7u8i9o0p",
)
LEET = str.maketrans("013457@$!", "oieastasi")


def hash_of(password: str) -> str:
    """The argon2id hash, with its parameters and its salt."""
    with _AT_ONCE:
        return HASHER.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password. Takes the same time where there is none, so that nobody learns which accounts exist."""
    if len(password) > 4 * MOST:
        return False
    try:
        with _AT_ONCE:
            HASHER.verify(stored or _NOBODY, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_dated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def faults(password: str, *, email: str = "", name: str = "") -> list[tuple[str, str]]:
    """What is wrong with a password someone chooses: pairs (what, how to mend it), empty when it is good."""
    chosen = _normal(password)
    if not chosen:
        return [(gettext("Choisissez un mot de passe."), how())]
    if len(chosen) < LEAST:
        problem = gettext(
            "Ce mot de passe compte {count} caractères ; il en faut au moins {least}.",
            count=len(chosen),
            least=LEAST,
        )
        return [(problem, how())]
    if len(chosen) > MOST:
        return [
            (
                gettext("Ce mot de passe est trop long."),
                gettext("La limite est de {most} caractères.", most=MOST),
            )
        ]
    if _is_personal(chosen, email, name):
        return [(gettext("Ce mot de passe reprend votre nom ou votre adresse."), how())]
    if _is_easily_guessed(chosen):
        return [(gettext("Ce mot de passe est parmi les premiers qu’essaierait un inconnu."), how())]
    return []


def how() -> str:
    """How to choose a good one."""
    return gettext(
        "Quatre ou cinq mots sans lien entre eux conviennent bien, par exemple à la façon de « tulipe tambour ardoise neuf »."
    )


def _normal(password: str) -> str:
    """The same password however the keyboard composed its accents (NIST SP 800-63B: normalised before it is hashed)."""
    return unicodedata.normalize("NFKC", password)


def _is_personal(password: str, email: str, name: str) -> bool:
    """What is left beside one's own names is too short to be a secret."""
    left = fold(password)
    parts = re.split(r"[^a-z0-9]+", fold(f"{email} {name}"))
    for part in sorted((part for part in parts if len(part) >= 3), key=len, reverse=True):
        left = left.replace(part, "")
    letters = re.sub(r"[^a-z]+", "", left)
    return len(left) < len(fold(password)) and len(letters) < 5


def _is_easily_guessed(password: str) -> bool:
    folded = fold(password)
    if len(set(folded)) < 5:
        return True
    if _repeats(folded):
        return True
    for text in (folded, re.sub(r"^[\d\W]+|[\d\W]+$", "", folded).translate(LEET)):
        if _is_made_of(re.sub(r"[\W\d_]+", "", text), USUAL):
            return True
    squeezed = re.sub(r"[^a-z0-9]+", "", folded)
    return bool(squeezed) and _is_made_of_runs(squeezed)


def _is_made_of(letters: str, words: frozenset[str]) -> bool:
    """At most three of the words end to end and nothing else; also of no letter at all: a date, a telephone number."""
    fewest = [0] + [99] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 26), end):
            if letters[start:end] in words:
                fewest[end] = min(fewest[end], fewest[start] + 1)
    return fewest[-1] <= 3


def _repeats(text: str) -> bool:
    """One motif of up to six characters, again and again."""
    return any(
        len(text) >= 2 * size and text == (text[:size] * len(text))[: len(text)] for size in range(1, 7)
    )


def _is_made_of_runs(text: str) -> bool:
    """Runs of four keys or more, forwards or backwards, cover all but three characters."""
    runs = [*RUNS, *(run[::-1] for run in RUNS)]
    start = left = 0
    while start < len(text):
        size = 0
        while start + size < len(text) and any(text[start : start + size + 1] in run for run in runs):
            size += 1
        if size < 4:
            left += 1
            size = 1
        start += size
    return left <= 3
