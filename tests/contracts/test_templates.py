"""What holds for every template and every script: nothing inline, every word through gettext, every component rendered."""

from __future__ import annotations

import re
import string
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel.messages.pofile import read_po
from jinja2 import TemplateSyntaxError, nodes

from app.assets import STATIC
from app.i18n import LANGUAGES, use
from app.templating import TEMPLATES, environment
from forms.binding import show
from forms.control import controls
from forms.sections import sections, states
from schema_loader.compile import compile_descriptor
from tests.corpus import ROOT

FILES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
COMPONENTS = sorted(dir(environment().globals["ui"]))
SAMPLES_IN_FRENCH = {
    "pages/gallery.html",
    "pages/gallery_confirm.html",
    "pages/gallery_controls.html",
}  # samples, no words of the service

# the same in both languages: names and signs
NOT_WORDS = {
    "Tabellion",
    "Camille Martin",
    "HTML5, CSS, JavaScript, SVG",
    "Tab",
    "Français",
    "English",
    "light dark",
}
SPOKEN = {"aria-label", "alt", "placeholder", "title", "aria-description", "aria-roledescription"}


def source(file: str) -> str:
    return (TEMPLATES / file).read_text("utf-8")


def html_of(file: str) -> str:
    """The markup alone: expressions become ``{}``, statements and comments nothing."""
    text = re.sub(r"\{#.*?#\}", "", source(file), flags=re.DOTALL)
    text = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "{}", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", "{}", text, flags=re.DOTALL)
    return re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)


class Markup(HTMLParser):
    """Tags with their attributes, and the texts outside <script> and <style>."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        # a block of data is no script: the content policy lets it be, and nothing runs it
        is_data = tag == "script" and dict(attrs).get("type") == "application/ld+json"
        self.within.append("data block" if is_data else tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() not in {tag, "data block" if tag == "script" else tag}:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.within[-1] if self.within else "", data.strip()))


def faults_of_markup(text: str) -> list[str]:
    """What the content policy would refuse, or htmx would run as code."""
    markup = Markup(text)
    found = [f"inline <{tag}>" for tag, data in markup.texts if tag in {"script", "style"}]
    for tag, attributes in markup.tags:
        for name, value in attributes.items():
            if name == "style" or (name.startswith("on") and len(name) > 2):
                found.append(f"<{tag} {name}=…>")
            if name.removeprefix("data-").startswith("hx-on"):
                found.append(f"<{tag} {name}=…>: hx-on runs code")
            if re.match(r"\s*(js|javascript):", value):
                found.append(f"<{tag} {name}={value}>: js: runs code")
            if name.removeprefix("data-") == "hx-trigger" and "[" in value:
                found.append(f"<{tag} {name}={value}>: the filter is ignored")
            if (
                name in {"src", "href", "action", "srcset"}
                and re.match(r"\s*(https?:)?//", value)
                and tag not in {"a"}
            ):
                found.append(f"<{tag} {name}={value}>: another site")
    return found


@pytest.mark.parametrize("file", FILES)
def test_nothing_inline_and_nothing_from_elsewhere(file: str) -> None:
    assert faults_of_markup(html_of(file)) == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>",
        '<script type="module">x</script>',
        "<style>p {}</style>",
        '<p style="color: red">',
        '<p onclick="x()">',
        '<p hx-on:click="x()">',
        '<p hx-vals="js:{a: 1}">',
        '<p hx-trigger="keyup[key==1]">',
        '<script src="https://cdn.example/x.js"></script>',
        '<link href="//cdn.example/x.css">',
    ],
)
def test_the_check_sees_what_it_is_for(text: str) -> None:
    assert faults_of_markup(text)


def test_no_attribute_made_in_a_template_runs_code() -> None:
    """``attrs={"hx-on:click": …}`` would pass the reading of the markup."""
    for file in FILES:
        assert not re.search(r"""["'](data-)?hx-on|["'](style|on[a-z]+)["']\s*:""", source(file)), file
        assert not re.search(r"""["']\s*js:""", source(file)), file


@pytest.mark.parametrize("path", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
def test_scripts_run_no_text_as_code(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\beval\(|new Function\b|\.innerHTML\s*=|insertAdjacentHTML|document\.write", text)
    assert not re.search(r"https?://", text)
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("file", FILES)
def test_every_template_compiles_and_is_short(file: str) -> None:
    try:
        environment().parse(source(file))
    except TemplateSyntaxError as error:
        pytest.fail(f"{file}:{error.lineno}: {error.message}")
    assert len(source(file).splitlines()) <= 400


@pytest.mark.parametrize("file", [file for file in FILES if file not in SAMPLES_IN_FRENCH])
def test_every_word_goes_through_gettext(file: str) -> None:
    markup = Markup(html_of(file))
    texts = [text for tag, text in markup.texts if tag not in {"script", "style"}]
    texts += [value for _, attributes in markup.tags for name, value in attributes.items() if name in SPOKEN]
    plain = (
        re.sub(r"\{\}|&\w+;|[\w-]+=\"[^\"]*\"( required)?", "", text).strip(" –|/.,:;()\n") for text in texts
    )
    assert [text for text in plain if re.search(r"[^\W\d_]{2}", text) and text not in NOT_WORDS] == []


@pytest.mark.parametrize("file", [file for file in FILES if file not in SAMPLES_IN_FRENCH])
def test_no_sentence_is_written_in_an_expression_without_gettext(file: str) -> None:
    """``ui.text("nom", "Nom de l’élu")`` would show French to everybody: what has a space or an accent needs ``_``."""
    tree = environment().parse(source(file))
    named = {id(node) for call in tree.find_all(nodes.Call) if is_gettext(call) for node in call.args}
    texts = [
        node.value
        for node in tree.find_all(nodes.Const)
        if isinstance(node.value, str) and id(node) not in named
    ]
    sentences = [text for text in texts if re.search(r"[^\W\d_] [^\W\d_]|[à-ÿœÀ-Ý]", text)]
    assert [text for text in sentences if text not in NOT_WORDS] == []


def is_gettext(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}


def test_templates_fill_the_same_names_in_both_languages() -> None:
    """``%(name)s`` in French and not in English would be an error on the English page."""
    with (ROOT / "app" / "locale" / "en" / "LC_MESSAGES" / "app.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    for message in catalogue:
        places = [place for place, _ in message.locations if place.endswith(".html")]
        if not message.id or all(place.startswith("templates/report/") for place in places):
            continue  # the report of the command line fills its sentences as the code does, by {name}
        french = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        english = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for one, other in zip(french, english, strict=True):
            names = [set(re.findall(r"%\((\w+)\)s", text)) for text in (one, other)]
            assert names[0] - {"num"} == names[1] - {"num"}, one
            for text in (one, other):
                assert not re.search(r"(?<!%)(?:%%)*%(?![%(])", text), f"a per cent sign is doubled: {text}"
                assert [field for _, field, _, _ in string.Formatter().parse(text) if field] == [], text


# -- every component, with little and with everything ------------------------------------------------------------------

ERRORS = [
    "Une phrase <b>.",
    ("Ce qui ne va pas.", "Comment y remédier."),
    SimpleNamespace(problem="Faute.", remedy=""),
]
OPTIONS = ["Un", ("2", "Deux <b>"), ("3", "Trois", "Une aide")]
FULL = {"help": "Aide <b>", "example": "Exemple <b>", "errors": ERRORS, "required": True}
HOSTILE = {"title": "Nom <b>", "description": "Aide *grasse* <script>x</script>", "example": "<b>"}


def asked(kind: str = "string", stored: str = "", **more: object) -> tuple:
    """A control of a field whose author means harm, and what it shows."""
    field = {"name": "n", "type": kind, **HOSTILE, **more}
    (made,) = controls(compile_descriptor({"fields": [field]}))
    return made, show(made, stored)


CONTROLS = [
    asked(stored='"><b>'), asked(stored="<b>\n</textarea><b>"), asked("date", "12/03/2024"), asked("geopoint", "48.85,2.35"),
    asked("geopoint", "<b>"), asked("array", "<b>", arrayItem={"type": "string", "enum": ["<b>", "é"]}),
    asked("array", '["<b>", "x"]', arrayItem={"type": "string", "constraints": {"enum": ["<b>"]}}), asked("array", '["<b>"]'),
    asked(stored="<b>", constraints={"enum": ["a", '"<b>']}), asked(stored="<b>", constraints={"enum": [f"<b>{n}" for n in range(30)]}),
    asked("boolean", "<b>", trueValues=["<b>"], falseValues=["non"]), asked("number", "<b>", unit="<b>"),
    asked(stored="<b>", enum=["<b>"]), asked("geojson", "<b>"), asked(name="siret", stored="<b>"),
]  # fmt: skip
DOCUMENTS = [asked(format="uri"), asked(stored='/pieces/1-a/"><b>.pdf', format="uri"), asked(stored="<b>")]
SCHEMA = compile_descriptor({"fields": [{"name": f"<b>{n}", "type": "string"} for n in range(20)]})
PARTS = sections(SCHEMA)

SAMPLES: dict[str, list[tuple[tuple, dict]]] = {
    "control": [(given, {}) for given in CONTROLS] + [((*CONTROLS[0], ERRORS, {"hx-post": "/<b>"}), {})] + [((*given, ERRORS), {"joined": {"to": "/<b>", "most": 9000}}) for given in DOCUMENTS],
    "control_errors": [((*given, ERRORS), {"oob": True}) for given in CONTROLS],
    "control_words": [((control,), {}) for control, _ in CONTROLS],
    "draft_state": [((), {}), (("14:32",), {})],
    "section_state": [((PARTS[0], states(PARTS, {}, ["<b>1"])[0]), {"oob": True})],
    "form_sections": [((PARTS, states(PARTS, {}, ["<b>1"])), {}), ((PARTS[:1], states(PARTS[:1], {})), {})],
    "text": [(("nom <b>", "Nom"), {}), (("nom", "Nom <b>", "<b>"), {**FULL, "type": "password", "prefix": "<b>", "suffix": "€", "maxlength": 9, "readonly": True, "attrs": {"hx-post": "/<b>"}})],
    "textarea": [(("n", "N"), {}), (("n", "N", "</textarea><b>"), {**FULL, "maxlength": 3})],
    "number": [(("n", "N"), {}), (("n", "N", "<b>"), {**FULL, "unit": "€", "whole": True})],
    "date": [(("n", "N"), {}), (("n", "N", "<b>"), {**FULL, "readonly": True})],
    "select": [(("n", "N", []), {}), (("n", "N", OPTIONS[:2], "<b>"), {**FULL, "empty": "Tous"})],
    "select_options": [((OPTIONS, "2"), {})],
    "combobox": [(("n", "N", []), {}), (("n", "N", OPTIONS, "2"), FULL)],
    "radios": [(("n", "N", OPTIONS), {}), (("n", "N", OPTIONS, "2"), {**FULL, "inline": True})],
    "checkboxes": [(("n", "N", OPTIONS), {}), (("n", "N", OPTIONS, ["2"]), FULL)],
    "checkbox": [(("n", "N"), {}), (("n", "N", True), {"help": "Aide", "errors": ERRORS, "required": True})],
    "yes_no": [(("n", "N"), {}), (("n", "N", "oui"), {"yes": "oui", "no": "non", "unknown": True})],
    "search": [(("Chercher",), {}), (("Quoi <b> ?", "<b>"), {"action": "/x", "help": "Aide <b>", "example": "Exemple", "verb": "Trouver", "kept": [("a", "<b>"), ("b", "")], "primary": False})],
    "file": [(("n", "N"), {}), (("n", "N"), {"accept": ".csv", "max_octets": 10, "multiple": True, "errors": ERRORS})],
    "error_summary": [(([],), {}), (([("n", ERRORS[0]), ("", ERRORS[1]), ("m", ERRORS[2])],), {"title": "Titre <b>"})],
    "error_words": [((error,), {}) for error in ERRORS],
    "field_words": [(("i", "", "", ()), {}), (("i", "a", "b", ERRORS), {})],
    "described_by": [(("i", "", "", ()), {}), (("i", "a", "b", ERRORS), {})],
    "control_state": [(("i", "", "", (), False), {}), (("i", "a", "b", ERRORS, True), {})],
    "required_words": [((True,), {}), ((False,), {})],
    "badge": [((state,), {}) for state in ("valid", "to_fix", "running")] + [(("error", "Mot <b>", 12000), {})],
    "tabs": [(([("/a", "A"), ("/b", "B <b>", 12), ("/c", "C", None), ("/d", "D", "plus de 10 000")], "/b", "Nom"), {})],
    "breadcrumb": [(([("A <b>", "/"), ("B", "")],), {})],
    "pagination": [((1,), {}), ((7, 210), {"words": "301–350"}), ((2,), {"more": True})],
    "empty": [(("Rien <b>",), {}), (("Rien",), {"text": "Texte", "icon_name": "search", "level": 3})],
    "live": [((), {})],
    "banner": [(("Texte <b>", kind), {}) for kind in ("done", "info", "warning", "error")] + [(("T",), {"undo": "/x", "undo_label": "Défaire"})],
    "confirm": [(("Supprimer ?", "/x", "Supprimer", "/"), {"text": "Texte <b>", "danger": False})],
    "sort_head": [(("date", "Date", order), {}) for order in ("", "date", "-date")],
    "facts": [(([("A", "<b>")],), {})],
    "skeleton": [((), {}), ((2, "En attente"), {})],
    "progress": [(("Lecture",), {}), (("Lecture", 3, 10, "3 sur 10"), {})],
    "steps": [(([("A", "/a"), ("B", ""), ("C", "")], 2), {})],
    "spaced": [(("a  <b> ",), {}), ((" " * 9, 4), {})],
    "code": [(("21750001600019",), {}), (("<b>", "le code"), {})],
    "card": [(("Titre <b>", "/x"), {}), (("Titre", "/x", "Texte", 2), {})],
    "open_dataset": [(("commune", "scdl/<b>", "Titre <b>"), {}), (("commune", "a", "T"), {"version": "1<b>", "primary": True, "verb": "Ouvrir <b>"})],
    "mark": [((), {}), (("brand-large",), {})],
}  # fmt: skip
CALLED = {  # macros that wrap what their caller writes
    "field": "ui.field('n', 'N', 'Aide', 'Exemple', ['Faute'], true)",
    "group": "ui.group('n', 'N', 'Aide', '', ['Faute'], true)",
    "table": "ui.table('Légende', 't', true)",
    "menu": "ui.menu('Nom', 'dots', true, 'Menu :')",
    "banner": "ui.banner(kind='error')",
    "empty": "ui.empty('Rien')",
    "card": "ui.card('Titre', '/x')",
    "confirm": "ui.confirm('Q', '/x', 'Oui', '/')",
}


def test_each_component_has_samples() -> None:
    assert sorted(set(SAMPLES) | set(CALLED)) == COMPONENTS, (
        "a new macro needs samples here and a place in the gallery"
    )


@pytest.fixture
def in_a_page():
    """Components that ask for the address need a page being rendered."""
    from starlette.requests import Request

    from app import templating

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/x",
        "query_string": b"a=%3Cb%3E&page=3",
        "headers": [],
        "server": ("h", 80),
        "scheme": "http",
    }
    token = templating._request.set(Request(scope))
    yield
    templating._request.reset(token)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMPONENTS)
def test_each_component_renders_escapes_and_closes_what_it_opens(
    in_a_page: None, name: str, lang: str
) -> None:
    ui = environment().globals["ui"]
    with use(lang):
        rendered = [str(getattr(ui, name)(*given, **named)) for given, named in SAMPLES.get(name, [])]
        if name in CALLED:
            template = environment().from_string("{% call " + CALLED[name] + " %}<i>dedans</i>{% endcall %}")
            rendered.append(template.render())
            assert "<i>dedans</i>" in rendered[-1]
    assert rendered
    for text in rendered:
        assert "<b>" not in text
        assert faults_of_markup(text) == []
        assert unbalanced(text) == []
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids))
        for _, attributes in Markup(text).tags:
            for reference in attributes.get("aria-describedby", "").split():
                assert reference in ids or name in {"described_by", "control_state"}


def unbalanced(text: str) -> list[str]:
    """Tags that are opened and not closed, or the other way round."""
    void = {"input", "br", "hr", "img", "link", "meta", "path", "rect", "use"}
    opened: list[str] = []
    faults: list[str] = []
    for closing, tag, own in re.findall(r"<(/?)([a-z][a-z0-9]*)\b[^>]*?(/?)>", text):
        if tag in void or own:
            continue
        if not closing:
            opened.append(tag)
        elif not opened or opened.pop() != tag:
            faults.append(tag)
    return faults + (opened if faults == [] else [])


def test_the_gallery_shows_every_component() -> None:
    shown = (
        source("pages/gallery.html")
        + source("pages/gallery_confirm.html")
        + source("pages/gallery_controls.html")
        + source("base.html")
        + source("layout/header.html")
    )
    parts = {
        "field",
        "group",
        "field_words",
        "described_by",
        "control_state",
        "required_words",
        "error_words",
        "select_options",
        "control_words",
        "section_state",
    }
    assert [name for name in COMPONENTS if name not in parts and f"ui.{name}(" not in shown] == []
