"""A document given with a line: taken in, named, read by members, then by everybody, and hidden again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import auth, db, files
from app.models import Attachment
from app.publications import attached
from app.records import service as records
from app.records.attachments import service, work
from app.settings import get_settings
from app.tenancy import Scope
from tests.app.publications.conftest import Press, press_on  # noqa: F401 (a fixture of pytest)
from tests.app.records.attachments.pdfs import a_pdf

ACTS: dict[str, Any] = {
    "name": "actes",
    "title": "Actes",
    "fields": [
        {"name": "objet", "title": "Objet", "type": "string", "constraints": {"required": True}},
        {"name": "adresse", "title": "Adresse du document", "type": "string", "format": "uri"},
    ],
}


@pytest.fixture
def acts(press_on: Callable[..., Press]) -> Press:  # noqa: F811 (a fixture of pytest)
    return press_on(ACTS)


def give(
    acts: Press, data: bytes | None = None, name: str = "Délibération n° 12.PDF", column: str = "c2"
) -> Any:
    content = a_pdf() if data is None else data
    return acts.browser.post(
        f"{acts.path}/pieces", params={"colonne": column}, files={"piece": (name, content, "application/pdf")}
    )


def path_in(url: str) -> str:
    return url.removeprefix(get_settings().public_url)


def stranger(acts: Press) -> TestClient:
    acts.browser.cookies.clear()
    return acts.browser


def save(acts: Press, url: str) -> int:
    with acts.session() as session:
        kept = records.create(
            session, acts.dataset, {"objet": "Voirie", "adresse": url}, account=acts.account.id
        )
        service.note_saved(session, acts.dataset, kept.number, kept.judged.cells)
        return kept.number


def rows(acts: Press) -> list[Attachment]:
    from sqlalchemy import select

    with acts.session() as session:
        return list(session.scalars(select(Attachment).order_by(Attachment.id)))


def test_a_pdf_is_kept_at_an_address_that_says_its_name(acts: Press) -> None:
    answer = give(acts)
    assert answer.status_code == 200, answer.text
    url = answer.json()["url"]
    assert re.fullmatch(
        re.escape(get_settings().public_url)
        + rf"/pieces/{acts.establishment.id}-[0-9a-f]{{32}}/deliberation-n-12\.pdf",
        url,
    )
    read = acts.browser.get(path_in(url))
    assert (read.status_code, read.content) == (200, a_pdf())
    assert read.headers["content-type"] == "application/pdf"
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["content-disposition"] == 'inline; filename="deliberation-n-12.pdf"'
    assert "sandbox" in read.headers["content-security-policy"]
    assert read.headers["cache-control"] == "private, no-cache"


def test_it_is_read_in_parts_and_not_twice(acts: Press) -> None:
    path, whole = path_in(give(acts).json()["url"]), a_pdf()
    part = acts.browser.get(path, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, whole[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(whole)}"
    etag = part.headers["etag"]
    assert acts.browser.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert acts.browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    head = acts.browser.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole)))
    assert acts.browser.get(path, headers={"Range": "bytes=99999999-"}).status_code == 416


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><script>alert(1)</script>", "n’est pas un PDF"),
        (a_pdf() + b"<html>", "n’est pas un PDF"),
        (b"", ""),
    ],
)
def test_what_is_no_pdf_is_refused_in_words(acts: Press, data: bytes, words: str) -> None:
    answer = give(acts, data, "virus.pdf")
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert rows(acts) == [] and acts.files() == []


def test_one_that_is_too_large_is_refused(acts: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABELLION_MAX_ATTACHMENT", "5000")
    get_settings.cache_clear()
    try:
        answer = give(acts, a_pdf(padding=6000))
        assert answer.status_code == 422 and "Allégez-le" in answer.json()["message"]
        assert give(acts).status_code == 200
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


def test_a_column_that_holds_no_address_takes_none(acts: Press) -> None:
    for column in ("c1", "c99", "", "x"):
        assert give(acts, column=column).status_code == 404


def test_without_a_script_it_comes_with_the_form(acts: Press) -> None:
    page = acts.get("/saisir")
    assert 'enctype="multipart/form-data"' in page and 'name="piece-c2"' in page
    answer = acts.browser.post(
        f"{acts.path}/saisir",
        data={"c1": "Voirie", "acte": "enregistrer"},
        files={"piece-c2": ("acte.pdf", a_pdf(), "application/pdf")},
    )
    assert answer.status_code == 303, answer.text
    (held,) = rows(acts)
    with acts.session() as session:
        record = records.get(session, acts.dataset, 1)
    assert path_in(record.cells["adresse"]) == f"/pieces/{held.token}/acte.pdf"
    assert (held.number, held.field, held.saved_at is not None) == (1, "adresse", True)
    assert f"/pieces/{held.token}/acte.pdf" in acts.get("/lignes/1")


def test_a_document_of_another_row_typed_into_a_page_of_the_history_is_kept(acts: Press) -> None:
    sending = re.search(r'name="envoi" value="([^"]+)"', acts.get("/saisir"))[1]
    told = {"acte": "enregistrer", "envoi": sending}
    document = {"piece-c2": ("acte.pdf", a_pdf(), "application/pdf")}
    for row, joined in (({"c1": "Voirie"}, None), ({"c1": "École"}, document)):
        assert acts.browser.post(f"{acts.path}/saisir", data={**row, **told}, files=joined).status_code == 303
    (held,) = rows(acts)
    assert (held.number, held.saved_at is not None) == (2, True)
    with acts.session() as session:
        address = records.get(session, acts.dataset, 2).cells["adresse"]
    assert acts.browser.get(path_in(address)).status_code == 200
    assert "Voirie" not in acts.get("/lignes/2/historique") and "École" in acts.get("/lignes/2/historique")


def test_without_a_script_a_refusal_keeps_what_was_typed(acts: Press) -> None:
    answer = acts.browser.post(
        f"{acts.path}/saisir", data={"c1": "Voirie"}, files={"piece-c2": ("a.pdf", b"no", "application/pdf")}
    )
    assert answer.status_code == 422
    assert "n’est pas un PDF" in answer.text and 'value="Voirie"' in answer.text
    # a fault elsewhere keeps the document: its address is in the form
    answer = acts.browser.post(
        f"{acts.path}/saisir", data={"c1": ""}, files={"piece-c2": ("a.pdf", a_pdf(), "application/pdf")}
    )
    assert answer.status_code == 422 and "/pieces/" in answer.text


def test_members_read_it_before_it_is_published_and_nobody_else(acts: Press, make: Any) -> None:
    path = path_in(give(acts).json()["url"])
    outsider = make.account()
    make.member(outsider, make.establishment(), "manager")
    reader = make.account()
    make.member(reader, acts.establishment, "reader")
    acts.browser.cookies.set(auth.cookie_name(), make.signed_in(reader))
    assert acts.browser.get(path).status_code == 200
    assert acts.browser.get(path.replace("deliberation", "other")).status_code == 404
    acts.browser.cookies.set(auth.cookie_name(), make.signed_in(outsider))
    assert acts.browser.get(path).status_code == 404
    assert stranger(acts).get(path).status_code == 404


def test_everybody_reads_what_the_published_version_names(acts: Press) -> None:
    named, other = give(acts).json()["url"], give(acts, a_pdf("autre"), "autre.pdf").json()["url"]
    first = save(acts, named)
    acts.publish()
    anybody = stranger(acts)
    public = anybody.get(path_in(named))
    assert public.status_code == 200 and public.headers["cache-control"].startswith("public")
    assert anybody.get(path_in(other)).status_code == 404
    # a version that no longer names it hides it again: 410
    acts.change(first, adresse="")
    acts.publish()
    assert anybody.get(path_in(named)).status_code == 410


def test_a_withdrawn_version_hides_its_documents_and_an_older_one_shows_its_own(acts: Press) -> None:
    from app.publications import service as publications

    one = give(acts).json()["url"]
    number = save(acts, one)
    first = acts.publish()
    two = give(acts, a_pdf("deux"), "deux.pdf").json()["url"]
    acts.change(number, adresse=two)
    second = acts.publish()
    anybody = stranger(acts)
    assert [anybody.get(path_in(url)).status_code for url in (one, two)] == [410, 200]
    for wanted, expected in ((first, [200, 410]), (second, [410, 200])):
        with acts.session() as session:
            publications.roll_back(session, acts.dataset, acts.held(wanted.number), account=acts.account.id)
        assert [anybody.get(path_in(url)).status_code for url in (one, two)] == expected
    for version in (second, first):
        with acts.session() as session:
            publications.withdraw(
                session, acts.dataset, acts.held(version.number), "Une erreur", account=acts.account.id
            )
    assert [anybody.get(path_in(url)).status_code for url in (one, two)] == [410, 410]


def test_everybody_sees_of_the_table_what_was_published_alone(acts: Press) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import ProgrammingError

    give(acts)
    save(acts, give(acts, a_pdf("b"), "b.pdf").json()["url"])
    acts.publish()
    with db.in_transaction(Scope("tab_public")) as session:
        assert session.scalars(text("SELECT file_name FROM attachment")).all() == ["b.pdf"]
    for column in ("number", "field", "created_by", "dataset_id", "id"):
        with pytest.raises(ProgrammingError), db.in_transaction(Scope("tab_public")) as session:
            session.execute(text(f"SELECT {column} FROM attachment"))  # noqa: S608 (our own names)


def test_documents_that_nobody_came_back_for_are_forgotten(acts: Press) -> None:
    lost, kept, drafted, pasted = (give(acts, name=f"{name}.pdf").json()["url"] for name in "abcd")
    save(acts, kept)
    with acts.session() as session:
        records.create(session, acts.dataset, {"objet": "y", "adresse": pasted}, account=acts.account.id)
        records.keep_draft(
            session,
            acts.dataset,
            {"objet": "x", "adresse": drafted},
            account=acts.account.id,
            number=0,
            base_version=None,
        )
    work.tidy()
    assert len(acts.files()) == 4  # two days have not passed
    with acts.session() as session:
        later = datetime.now(UTC) + timedelta(days=3)
        gone = service.forget_unsaved(session, acts.establishment.id, later)
    assert gone == [f"piece-{path_in(lost).split('/')[2]}.pdf"]
    assert {one.file_name for one in rows(acts)} == {"b.pdf", "c.pdf", "d.pdf"}


def test_a_file_without_a_line_is_swept(acts: Press) -> None:
    import os

    stray = files.write(acts.establishment.id, f"piece-{acts.establishment.id}-{'0' * 32}.pdf", a_pdf())
    url = give(acts).json()["url"]
    work.tidy()
    assert stray.exists()
    old = stray.stat().st_mtime - 3 * 86400
    os.utime(stray, (old, old))
    work.tidy()
    assert not stray.exists()
    assert acts.browser.get(path_in(url)).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/pieces/0-" + "0" * 32 + "/a.pdf",
        "/pieces/x/a.pdf",
        "/pieces/1-" + "0" * 32 + "/a.pdf",
        "/pieces/99999999999999999999-" + "0" * 32 + "/a.pdf",
    ],
)
def test_an_address_that_is_none(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_file_names_its_documents_wherever_they_stand(tmp_path: Path) -> None:
    token = "12-" + "a" * 32
    file = tmp_path / "a.csv"
    file.write_text(
        f"objet,adresse\nx,https://a.example/pieces/{token}/b.pdf\ny,/pieces/0-{'b' * 32}/c.pdf\n"
    )
    assert attached.named_in(file) == {token}
    file.write_text("")
    assert attached.named_in(file) == set() == attached.named_in(tmp_path / "none")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Délibération n° 12.PDF", "deliberation-n-12.pdf"),
        ("C:\\Mairie\\acte.pdf", "acte.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        (".pdf", "document.pdf"),
        ("", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
        ('a"; filename="b.exe', "a-filename-b-exe.pdf"),
    ],
)
def test_a_name_is_made_plain(name: str, expected: str) -> None:
    assert service.plain_name(name) == expected
