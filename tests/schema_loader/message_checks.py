"""What every sentence must be, in French and in English: shared by the tests of messages."""

from __future__ import annotations

import re

from schema_loader.messages import Message

LANGUAGES = ("fr", "en")
LONGEST = 600
NARROW, NO_BREAK = "\u202f", "\u00a0"
QUOTED = {"fr": re.compile(f"«{NO_BREAK}.*?{NO_BREAK}»", re.S), "en": re.compile(r"“.*?”", re.S)}
FRENCH = re.compile(
    r"\b(le|la|les|une|des|est|sont|pas|colonne|ligne|valeur|il|faut|vous|dans|avec|pour|qui|écrivez|exemple|et|ou)\b",
    re.I,
)
ENGLISH = re.compile(
    r"\b(the|is|are|not|column|row|value|it|must|you|in|with|for|which|write|example|and|or|of|this)\b", re.I
)
JARGON = re.compile(
    r"\b(regex|regexp|regular|null|constraint|string|integer|boolean|enum|record|field|champ|cast)\b", re.I
)


def check_sentences(message: Message, lang: str) -> None:
    """Assert what holds for every message, whatever it is about."""
    for part in (message.problem, message.remedy):
        assert part
        assert part == part.strip()
        own = own_words(part, lang)
        assert "{" not in own
        assert "}" not in own
        assert part[-1] in ".?", part
        assert not part[0].islower(), part
        foreign = (ENGLISH if lang == "fr" else FRENCH).search(own)
        assert foreign is None, f"{foreign} in {part!r}"
        if lang == "fr":
            check_typography(own)
        else:
            assert not set(own) & {NARROW, NO_BREAK, "«", "»"}, part
    assert len(str(message)) < LONGEST, str(message)


def own_words(text: str, lang: str) -> str:
    """The sentence without what it quotes."""
    return QUOTED[lang].sub("Q", text)


def check_typography(own: str) -> None:
    """French spaces: U+202F before ; : ! ? % €, U+00A0 inside « », and ’ for the apostrophe."""
    assert not re.search(rf"[^{NARROW}][;!?€%]", own), own
    assert not re.search(rf"(?<!{NARROW}):\s", own), own
    assert f" {NARROW}" not in own
    assert "  " not in own
    assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", own), own
    assert not re.search(r"\w'\w", own), own
    assert not re.search(r"n° ", own), own
