"""What the scripts promise to any feature: signing in again in place, faults of htmx said, choices that send themselves.

A small application of its own stands for the features: it keeps a session and loses it on demand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated

import pytest
from fastapi import FastAPI, Form, Request, UploadFile
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Page, expect
from starlette.responses import JSONResponse, Response

from app.assets import PREFIX, Assets
from app.pages import errors
from app.security import SecurityHeaders
from app.templating import environment, render
from tests.e2e.checks import assert_accessible
from tests.e2e.conftest import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEMPLATES = {
    "work.html": """{% extends "base.html" %}{% block heading %}Saisie{% endblock %}{% block content %}
<form method="post" action="/saisie" enctype="multipart/form-data" novalidate data-guard class="column">{{ csrf_input() }}
{{ ui.text("objet", "Objet", "") }}{{ ui.file("piece", "Pièce", max_octets=1000) }}
<button class="btn btn-primary" name="acte" value="enregistrer">Enregistrer</button></form>
<form data-autosubmit method="get" action="/saisie">{{ ui.select("annee", "Année", ["2023", "2024"], annee) }}<button class="btn" data-autosubmit-button>Filtrer</button></form>
<button class="btn" hx-get="/compte" hx-target="#compte">Compter</button><p id="compte">{% block compte %}{{ count }}{% endblock %}</p>
<button class="btn" hx-get="/panne">Panne</button>{% endblock %}""",
    "sign_in.html": """{% extends "base.html" %}{% block heading %}Connexion{% endblock %}{% block main %}<div id="connexion">
<h1 id="connexion-title">Votre session est terminée</h1><form method="post" action="/connexion">{{ csrf_input() }}
{{ ui.text("mot_de_passe", "Mot de passe", type="password") }}<button class="btn btn-primary">Se connecter</button></form></div>{% endblock %}""",
}
ADA = SimpleNamespace(name="Ada", email="ada@exemple.fr", seats=(), seat_count=0, is_administrator=False)


class Service:
    """The small application, and what it received."""

    def __init__(self) -> None:
        self.alive = True
        self.token = "first"  # noqa: S105 (a made-up one)
        self.received: list[tuple[str, str, bytes, str]] = []
        self.application = app = FastAPI()
        app.state.signing_key = b"k" * 32

        def page(request: Request, template: str, **context: object) -> Response:
            request.state.viewer = ADA if self.alive else None
            request.state.csrf_token = self.token
            return render(request, template, **context)

        @app.get("/saisie")
        def work(request: Request, annee: str = "2024") -> Response:
            return page(request, "work.html", annee=annee, count=0)

        @app.post("/saisie")
        def save(
            request: Request,
            objet: Annotated[str, Form()],
            csrf_token: Annotated[str, Form()],
            piece: UploadFile | None = None,
            acte: Annotated[str, Form()] = "",
        ) -> Response:
            if not self.alive or csrf_token != self.token:
                return Response("lost", 403)
            name, content = (piece.filename or "", piece.file.read()) if piece else ("", b"")
            self.received.append((objet, name, content, acte))
            return page(request, "work.html", annee="2024", count=len(self.received))

        @app.get("/compte")
        def count(request: Request) -> Response:
            return Response("douze") if self.alive else Response("", 401)

        @app.get("/panne")
        def fault() -> None:
            raise RuntimeError

        @app.get("/connexion/etat")
        def state() -> Response:
            return Response(status_code=204 if self.alive else 401)

        @app.get("/connexion")
        def sign_in(request: Request) -> Response:
            return page(request, "sign_in.html")

        @app.post("/connexion")
        def signed_in(mot_de_passe: Annotated[str, Form()]) -> Response:
            if mot_de_passe != "sésame":
                return JSONResponse({"message": "Ce mot de passe n’est pas le bon."}, 422)
            self.alive, self.token = True, "second"
            return JSONResponse({"csrf_token": self.token})

        errors.install(app, https=False)
        app.mount(PREFIX, Assets())
        app.add_middleware(SecurityHeaders, https=False)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    loader = environment().loader
    assert loader is not None
    monkeypatch.setattr(environment(), "loader", ChoiceLoader([DictLoader(TEMPLATES), loader]))
    yield Service()
    environment().cache.clear()  # type: ignore[union-attr]


@pytest.fixture
def page(chromium: Browser, service: Service) -> Iterator[Page]:
    with serving(service.application) as address:
        context = chromium.new_context(base_url=address, locale="fr-FR")
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto("/saisie")
        page.wait_for_selector("html[data-ready]")
        yield page
        context.close()


def test_a_form_is_sent_once_with_its_file_while_the_session_lives(
    page: Page, service: Service, tmp_path: Path
) -> None:
    piece = tmp_path / "piece.csv"
    piece.write_text("a;b")
    page.get_by_label("Objet").fill("Fonctionnement")
    page.get_by_label("Pièce").set_input_files(piece)
    page.get_by_role("button", name="Enregistrer").dblclick()
    expect(page.locator("#compte")).to_have_text("1")
    assert service.received == [("Fonctionnement", "piece.csv", b"a;b", "enregistrer")]


def test_a_session_that_ended_loses_neither_words_nor_file(
    page: Page, service: Service, tmp_path: Path
) -> None:
    piece = tmp_path / "piece.csv"
    piece.write_text("a;b")
    page.get_by_label("Objet").fill("Fonctionnement")
    page.get_by_label("Pièce").set_input_files(piece)
    service.alive = False
    page.get_by_role("button", name="Enregistrer").click()
    dialog = page.get_by_role("dialog", name="Votre session est terminée")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    dialog.get_by_label("Mot de passe", exact=True).fill("mauvais")
    dialog.get_by_role("button", name="Se connecter").click()
    expect(dialog.get_by_role("alert")).to_have_text("Ce mot de passe n’est pas le bon.")
    dialog.get_by_label("Mot de passe", exact=True).fill("sésame")
    dialog.get_by_role("button", name="Se connecter").click()
    expect(page.locator("#compte")).to_have_text("1")
    assert service.received == [("Fonctionnement", "piece.csv", b"a;b", "enregistrer")]


def test_closing_the_dialog_keeps_what_was_typed(page: Page, service: Service) -> None:
    page.get_by_label("Objet").fill("Fonctionnement")
    service.alive = False
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Objet")).to_have_value("Fonctionnement")
    assert service.received == []
    service.alive = True
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#compte")).to_have_text("1")


def test_a_request_of_htmx_is_made_again_once_signed_in(page: Page, service: Service) -> None:
    service.alive = False
    page.get_by_role("button", name="Compter").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Mot de passe", exact=True).fill("sésame")
    dialog.get_by_role("button", name="Se connecter").click()
    expect(page.locator("#compte")).to_have_text("douze")
    assert page.locator("body").get_attribute("hx-headers") == '{"X-CSRF-Token":"second"}'


def test_what_htmx_could_not_do_is_said_in_the_page(page: Page) -> None:
    page.get_by_role("button", name="Panne").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Le service a rencontré un problème. Ce n’est pas de votre fait")
    assert_accessible(page)
    alert.get_by_role("button", name="Fermer").click()
    expect(alert).to_have_count(0)
    page.context.set_offline(True)
    page.get_by_role("button", name="Compter").click()
    expect(page.get_by_role("alert")).to_contain_text("Vérifiez votre connexion")


def test_a_choice_sends_its_form_and_its_button_is_for_readers_without_scripts(page: Page) -> None:
    expect(page.get_by_role("button", name="Filtrer")).to_have_count(0)
    page.get_by_label("Année").select_option("2023")
    page.wait_for_url(re.compile("annee=2023"))


def test_a_file_that_is_too_large_is_refused_before_it_travels(
    page: Page, service: Service, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 1001)
    control = page.get_by_label("Pièce")
    control.set_input_files(large)
    assert "il ne peut pas être envoyé" in control.evaluate("e => e.validationMessage")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_timeout(300)
    assert service.received == []


def test_leaving_what_was_typed_is_asked(page: Page) -> None:
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Objet").press_sequentially("Fonct")
    page.reload()
    assert asked == ["beforeunload"]
