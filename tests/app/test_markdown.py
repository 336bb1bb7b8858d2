"""Descriptions that others wrote, within our pages."""

from __future__ import annotations

import pytest

from app.markdown import to_html, to_text


def test_paragraphs_lists_links_and_strong_words() -> None:
    html = to_html("Un **mot**.\n\n- a\n- b\n\n[site](https://exemple.fr)")
    assert "<strong>mot</strong>" in html
    assert "<li>a</li>" in html
    assert 'href="https://exemple.fr"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_headings_do_not_enter_the_outline_of_the_page() -> None:
    assert to_html("# Titre") == "<p><strong>Titre</strong></p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        "[x](javascript:alert(1))",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        "<iframe src=//x></iframe>",
        '<p style="color:red" onclick="x()" class="btn">x</p>',
        '<form action="/deconnexion"><button>x</button></form>',
        "<svg><script>x</script></svg>",
        "![x](https://exemple.fr/pixel.png)",
        "[x](/deconnexion)",
        "<style>p {}</style>",
    ],
)
def test_nothing_that_acts_or_loads_remains(text: str) -> None:
    html = to_html(text).lower()
    for forbidden in (
        "<script",
        "<img",
        "<iframe",
        "<form",
        "<svg",
        "<style",
        "onerror=",
        "onclick",
        "style=",
        "class=",
        'href="javascript',
        'href="data',
        'href="/',
        "src=",
    ):
        assert forbidden not in html


def test_the_beginning_of_a_description_ends_with_a_sentence_or_between_words() -> None:
    text = "Une première phrase assez longue. " + "mot " * 200
    assert to_text(text, 90) == "Une première phrase assez longue."
    cut = to_text("mot " * 200, 50)
    assert cut.endswith("mot…")
    assert len(cut) <= 51
    assert to_text("**Court** & [clair](https://x.fr)") == "Court & clair"
