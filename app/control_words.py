"""What a template needs of a form's control and would make anew each time: the words above it, its list of options.

A form holds up to 228 controls whose words are the same for every reader of a language. They are made once for as long as
the schema is in memory; only what a row fills in is made for each page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape

from app import i18n
from app.markdown import to_html, to_text
from forms.control import Control

_heads: WeakKeyDictionary[Control, dict[str, Markup]] = WeakKeyDictionary()
_options: WeakKeyDictionary[Control, dict[str, tuple[list[str], dict[str, int]]]] = WeakKeyDictionary()


def control_head(control: Control) -> Markup:
    """Label, help, rules and example, as the macro ``control_words`` writes them."""
    by_lang = _heads.setdefault(control, {})
    lang = i18n.language()
    found = by_lang.get(lang)
    if found is None:
        from app.templating import environment  # it registers this filter

        made: Markup = environment().get_template("components/control.html").module.control_words(control)  # type: ignore[attr-defined]
        found = by_lang[lang] = made
    return found


def described(control: Control) -> str:
    """The ids of all that is said of a control, its errors last: always there, so that a swap needs no other change."""
    name = control.name
    parts = [f"{name}-help"] if control.help else []
    if control.rules or control.kind == "lines":
        parts.append(f"{name}-rules")
    if control.example:
        parts.append(f"{name}-example")
    return " ".join([*parts, f"{name}-error"])


def options_html(control: Control, selected: str | None) -> Markup:
    """The ``<option>`` elements of a list, the first standing for no choice. ``selected`` None: none of them is."""
    by_lang = _options.setdefault(control, {})
    lang = i18n.language()
    if lang not in by_lang:
        empty = i18n.gettext("Choisir…") if control.required else i18n.gettext("Non renseigné")
        pairs = [("", empty), *control.options]
        pieces = [f'<option value="{escape(value)}">{escape(label)}</option>' for value, label in pairs]
        by_lang[lang] = pieces, {value: n for n, (value, _) in reversed([*enumerate(pairs)])}
    pieces, places = by_lang[lang]
    at = places.get(selected) if selected is not None else None
    if at is not None:
        pieces = pieces.copy()
        pieces[at] = pieces[at].replace("<option ", "<option selected ", 1)
    return Markup("".join(pieces))  # noqa: S704 (each value and label was escaped above)


def first_capital(text: str) -> str:
    """The same with a capital."""
    return text[:1].upper() + text[1:]


FILTERS: dict[str, Callable[..., Any]] = {
    "markdown": to_html,
    "plain_words": to_text,
    "first_capital": first_capital,
    "control_head": control_head,
    "described": described,
    "options_html": options_html,
}
