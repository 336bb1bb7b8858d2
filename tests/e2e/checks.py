"""What is asked of every page, in the browser."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from tests.corpus import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHAMEFUL = ("serious", "critical")


@lru_cache(maxsize=1)
def _axe() -> str:
    if not AXE.exists():
        pytest.fail(f"{AXE.relative_to(ROOT)} is missing: run `make vendor`")
    return AXE.read_text("utf-8")


def assert_accessible(page: Page, *, besides: tuple[str, ...] = ()) -> None:
    """axe finds nothing serious or critical. ``besides``: rules not asked of this page, each with its reason at the call.

    The script comes through the browser's own channel: the content policy of the page stays in force.
    """
    page.evaluate(_axe())
    found = page.evaluate(
        """async () => {
            const found = await axe.run(document, {resultTypes: ["violations", "incomplete"]});
            const short = (kind) => found[kind].map(({id, impact, help, nodes}) =>
                ({id, impact, help, nodes: nodes.slice(0, 5).map(n => n.html.slice(0, 160) + " " + n.failureSummary)}));
            return {violations: short("violations"), checked: found.passes?.length};
        }"""
    )
    grave = [v for v in found["violations"] if v["impact"] in SHAMEFUL and v["id"] not in besides]
    assert not grave, json.dumps(grave, indent=1, ensure_ascii=False)


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways; what is wider (a table, tabs) scrolls in its own frame (WCAG 1.4.10)."""
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.body.querySelectorAll("*")]
              .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-scroll, .tabs"))
              .slice(0, 5).map(e => e.outerHTML.slice(0, 120)).concat([`${document.documentElement.scrollWidth} px`])"""
    )
    assert wide == []


def tab_stops(page: Page, most: int = 200) -> list[str]:
    """What Tab reaches from the top of the page, in order: the accessible texts, each with a ring that can be seen."""
    page.evaluate("document.activeElement?.blur(); window.scrollTo(0, 0)")
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (!e || e === document.body) return null;
                const s = getComputedStyle(e), card = e.closest(".card-link");
                const ring = (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2)
                    || (card && getComputedStyle(card).outlineStyle !== "none");
                const text = e.ariaLabel || e.labels?.[0]?.innerText || e.innerText || e.name || e.tagName;
                return {text: text.trim().replace(/\\s+/g, " "), ring, html: e.outerHTML.slice(0, 120)};
            }"""
        )
        if stop is None:
            return stops
        assert stop["ring"], f"no focus ring: {stop['html']}"
        stops.append(stop["text"])
    raise AssertionError("Tab never leaves the page")
