"""The colours: each pair that meets in a page can be read, in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app import accent
from app.accent import contrast, mix
from app.assets import STATIC

TOKENS = (STATIC / "css" / "tokens.css").read_text("utf-8")
INKS = ("encre", "encre-douce", "lapis", "sauge", "ocre", "vermillon")
GROUNDS = ("papier", "feuille", "lin")

TEXT = [(ink, ground) for ink in INKS for ground in GROUNDS] + [
    ("sur-tete", "tete"),
    ("sur-lapis", "lapis"),
    ("sur-vermillon", "vermillon"),
    *((ink, f"{ink}-pale") for ink in ("lapis", "sauge", "ocre", "vermillon")),
    *(("encre", f"{ink}-pale") for ink in ("lapis", "sauge", "ocre", "vermillon")),
    ("papier", "encre"),
]
# edges of controls, focus rings and bars, against what is around them
EDGES = [(edge, ground) for edge in ("trait-fort", "lapis", "vermillon", "sauge") for ground in GROUNDS] + [
    ("sur-tete", "tete"),
    ("vermillon", "vermillon-pale"),
]


def _split(arguments: str) -> list[str]:
    """The arguments of a CSS function, at its commas and not at those inside."""
    parts, depth = [""], 0
    for character in arguments:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def resolve(value: str, dark: bool, replaced: dict[str, str] | None = None) -> str:
    """The ``#rrggbb`` that a token's value comes to."""
    value = value.strip()
    if value.startswith("#"):
        return value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])
    if found := re.fullmatch(r"var\(--([\w-]+)\)", value):
        return token(found[1], dark, replaced)
    if value.startswith("light-dark("):
        return resolve(_split(value[11:-1])[dark], dark, replaced)
    if value.startswith("color-mix(in srgb,"):
        first, ground = _split(value[18:-1])
        colour, share = first.rsplit(" ", 1)
        return mix(resolve(colour, dark, replaced), resolve(ground, dark, replaced), float(share[:-1]) / 100)
    raise AssertionError(f"not a colour: {value}")


def token(name: str, dark: bool, replaced: dict[str, str] | None = None) -> str:
    if replaced and name in replaced:
        return replaced[name]
    found = re.search(rf"--{name}:\s*([^;]+);", TOKENS)
    assert found, name
    return resolve(found[1], dark, replaced)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink: str, ground: str, dark: bool) -> None:
    assert contrast(token(ink, dark), token(ground, dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_focus_can_be_seen(edge: str, ground: str, dark: bool) -> None:
    assert contrast(token(edge, dark), token(ground, dark)) >= 3


def test_the_tokens_that_the_design_names_have_its_values() -> None:
    named = {
        "encre": "#1b2a4a",
        "papier": "#fbf9f5",
        "lin": "#f0ece3",
        "lapis": "#2a4fa3",
        "sauge": "#2b6a4b",
        "ocre": "#8a5200",
        "vermillon": "#a9281c",
    }
    assert {name: token(name, dark=False) for name in named} == named


def test_no_colour_is_written_outside_the_tokens() -> None:
    """Shadows and the veil behind a dialog are the only colours that no token names."""
    for sheet in sorted((STATIC / "css").glob("*.css")):
        if sheet.name != "tokens.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", sheet.read_text("utf-8")) == [], sheet.name


@given(st.integers(0, 0xFFFFFF))
def test_an_accent_is_readable_everywhere_or_refused(number: int) -> None:
    made = accent.accent(f"{number:06x}")
    assume(made is not None)
    assert made is not None
    replaced = {"lapis-light": made.light, "lapis-dark": made.dark}
    for dark in (False, True):
        for ink, ground in (
            ("lapis", "papier"),
            ("lapis", "lin"),
            ("lapis", "feuille"),
            ("sur-lapis", "lapis"),
            ("lapis", "lapis-pale"),
        ):
            measured = contrast(token(ink, dark, replaced), token(ground, dark, replaced))
            assert measured >= 4.4, (ink, ground, dark, made)  # 4.5, less the rounding of a channel


def test_the_grounds_of_the_accent_are_those_of_the_tokens() -> None:
    assert (token("papier", False), token("lin", False)) == (accent.PAPER_LIGHT, accent.BAND_LIGHT)
    assert (token("papier", True), token("lin", True)) == (accent.PAPER_DARK, accent.BAND_DARK)


@pytest.mark.parametrize(
    "colour", ["", "red", "#fff", "ffcc00", "#ffffff", "2a4fa3;}", "#2a4fa3 ", "２a4fa3"]
)
def test_what_is_no_colour_or_too_pale_is_refused(colour: str) -> None:
    assert accent.accent(colour) is None


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
