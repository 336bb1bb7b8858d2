"""Pages, blocks, redirections and what is said after an act."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from jinja2 import DictLoader, UndefinedError
from starlette.responses import Response
from starlette.testclient import TestClient

from app import flash
from app.flash import Flash
from app.i18n import LanguageMiddleware
from app.templating import dom_id, environment, is_local, page_numbers, redirect, render

PAGE = """{% extends "base.html" %}{% block heading %}Équipe {{ "<" ~ path ~ ">" }}{% endblock %}
{% block content %}<div id="membres">{% block membres %}{{ ui.text("nom", _("Compte"), name) }}{{ csrf_input() }}{% endblock %}</div>{% endblock %}"""


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """An application of a page, of its block, and of an act that says what it did."""
    from jinja2 import ChoiceLoader

    loader = environment().loader
    assert loader is not None
    monkeypatch.setattr(
        environment(),
        "loader",
        ChoiceLoader([DictLoader({"essai.html": PAGE, "faute.html": "{{ nom }}"}), loader]),
    )
    app = FastAPI()
    app.state.signing_key = b"k" * 32

    @app.get("/essai")
    def page(request: Request, block: str | None = None) -> Response:
        request.state.csrf_token = "jeton<"  # noqa: S105 (a made-up one)
        return render(request, "essai.html", block=block, announce="Voilà" if block else "", name="<Ada>")

    @app.get("/faute")
    def fault(request: Request) -> Response:
        return render(request, "faute.html")

    @app.post("/acte")
    def act(request: Request, to: str = "/essai") -> Response:
        return redirect(
            request, to, Flash("12 lignes <supprimées>.", undo="/essai/annuler", undo_label="Les rétablir")
        )

    app.add_middleware(LanguageMiddleware)
    with TestClient(app, follow_redirects=False) as client:
        yield client


def test_a_page_holds_its_layout_and_escapes_what_it_is_given(browser: TestClient) -> None:
    text = browser.get("/essai").text
    assert "<title>Équipe &lt;/essai&gt; – Tabellion</title>" in text
    assert 'value="&lt;Ada&gt;"' in text
    assert '<input type="hidden" name="csrf_token" value="jeton&lt;">' in text
    assert text.count("<main") == 1


def test_a_block_is_answered_alone_and_announced(browser: TestClient) -> None:
    answer = browser.get("/essai?block=membres")
    assert answer.text.lstrip().startswith('<div class="field"')
    assert "<html" not in answer.text
    assert answer.headers["hx-trigger"] == '{"tabellion:say": {"text": "Voil\\u00e0"}}'
    assert "HX-Request" in answer.headers["vary"]


def test_an_undefined_name_is_an_error(browser: TestClient) -> None:
    with pytest.raises(UndefinedError, match="nom"):
        browser.get("/faute")


def test_what_was_done_is_said_once_with_its_undo(browser: TestClient) -> None:
    answer = browser.post("/acte")
    assert (answer.status_code, answer.headers["location"]) == (303, "/essai")
    first = browser.get("/essai").text
    assert "12 lignes &lt;supprimées&gt;." in first
    assert 'action="/essai/annuler"' in first
    assert "Les rétablir" in first
    assert "12 lignes" not in browser.get("/essai").text


def test_a_block_leaves_what_was_done_to_the_next_page(browser: TestClient) -> None:
    browser.post("/acte")
    assert "12 lignes" not in browser.get("/essai?block=membres").text
    assert "12 lignes" in browser.get("/essai").text


def test_a_message_that_is_not_ours_is_not_said(browser: TestClient) -> None:
    browser.post("/acte")
    value = browser.cookies[flash.COOKIE]
    body, _, signature = value.strip('"').partition(".")
    for forged in (f"{body}.{signature[:-1]}0", f"{body[:-4]}.{signature}", "x", f".{signature}", "é.é"):
        browser.cookies.clear()
        answer = browser.get("/essai", headers={"cookie": f"{flash.COOKIE}={forged}".encode()})
        assert answer.status_code == 200
        assert "12 lignes" not in answer.text


def test_htmx_is_sent_to_the_other_page(browser: TestClient) -> None:
    answer = browser.post("/acte", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/essai")


@pytest.mark.parametrize(
    "address",
    [
        "https://ailleurs.fr",
        "//ailleurs.fr",
        "/\\ailleurs.fr",
        "\\/ailleurs.fr",
        "/\t/ailleurs.fr",
        "/\n/x",
        "javascript:x",
        "essai",
        "",
        " /x",
        "/é\x7f",
    ],
)
def test_no_redirection_leads_elsewhere(browser: TestClient, address: str) -> None:
    assert not is_local(address)
    with pytest.raises(ValueError, match="path of this service"):
        browser.post("/acte", params={"to": address})


@pytest.mark.parametrize("address", ["/", "/e/saint-remi/equipe?page=2#x", "/modeles/délibérations"])
def test_a_path_of_ours_is_one(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (7, 210, [1, None, 6, 7, 8, None, 210]),
        (4, 7, [1, 2, 3, 4, 5, 6, 7]),
        (210, 210, [1, None, 209, 210]),
    ],
)
def test_page_numbers_leave_out_the_far_ones(page: int, pages: int, shown: list[int | None]) -> None:
    assert page_numbers(page, pages) == shown


def test_ids_are_plain_and_never_shared() -> None:
    assert dom_id("SIRET") == "SIRET"
    assert dom_id("Montant TTC (€)").startswith("montant-ttc-")
    names = ["Montant TTC (€)", "Montant TTC ($)", "montant ttc", "2024", "2025", "é", "è", "", " "]
    assert len({dom_id(name) for name in names}) == len(names)


def test_a_count_is_written_as_the_reader_writes_numbers() -> None:
    template = environment().from_string(
        '{{ ngettext("%(num)s point <br> %(x)s", "%(num)s points <br> %(x)s", n, x="<b>") }}'
    )
    assert template.render(n=10482) == "10\u202f482 points <br> &lt;b&gt;"
    assert template.render(n=0) == "0 point <br> &lt;b&gt;"


def test_a_macro_has_one_home() -> None:
    ui = environment().globals["ui"]
    assert {"text", "error_summary", "badge", "pagination"} <= set(dir(ui))
    with pytest.raises(AttributeError, match="no macro nothing"):
        _ = ui.nothing
