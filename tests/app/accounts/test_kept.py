"""A form carried by the sign-in page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile

from app.accounts import kept
from app.accounts.kept import keep, seal, unseal

KEY = b"k" * 32
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(texts, texts)))
def test_it_comes_back_as_it_was(fields: list[tuple[str, str]]) -> None:
    found = keep("/e/x/y?a=b", FormData(fields), multipart=False)
    assert unseal(KEY, seal(KEY, found)) == found
    assert unseal(b"other", seal(KEY, found)) is None


def test_tokens_and_passwords_are_left_out_and_files_are_named(tmp_path) -> None:
    with (tmp_path / "x").open("wb+") as file:
        posted = FormData(
            [
                ("csrf_token", "t"),
                ("nom", "Ada"),
                ("choix", "1"),
                ("choix", "2"),
                ("mot_de_passe_actuel", "secret"),
                ("piece", UploadFile(file, filename="budget.csv")),
                ("vide", UploadFile(file, filename="")),
            ]
        )
        found = keep("/x", posted, multipart=True)
    assert found.fields == (("nom", "Ada"), ("choix", "1"), ("choix", "2"))
    assert found.files == ("budget.csv",)
    assert not found.is_whole
    assert found.can_be_sent
    assert "secret" not in str(unseal(KEY, seal(KEY, found)))


def test_a_form_of_passwords_alone_cannot_be_sent_again() -> None:
    assert not keep("/x", FormData([("mot_de_passe", "a")]), multipart=False).can_be_sent
    assert keep("/x", FormData([("csrf_token", "a")]), multipart=False).can_be_sent  # a button


def test_a_very_large_form_is_not_carried() -> None:
    large = keep("/x", FormData([("a", "é" * kept.MOST_OCTETS)]), multipart=False)
    assert large.fields == ()
    assert not large.can_be_sent


def test_what_was_typed_travels_compressed() -> None:
    found = keep(
        "/x", FormData([("commentaire", "Une subvention de fonctionnement. " * 1000)]), multipart=False
    )
    assert len(seal(KEY, found)) < 2000


def test_it_is_forgotten_after_a_week(monkeypatch) -> None:
    sealed = seal(KEY, keep("/x", FormData([("a", "b")]), multipart=False))
    now = kept.time.time()
    monkeypatch.setattr(kept.time, "time", lambda: now + kept.LASTS + 1)
    assert unseal(KEY, sealed) is None


@given(st.text())
def test_what_we_did_not_seal_is_nothing(text: str) -> None:
    assert unseal(KEY, text) is None


def test_what_another_version_sealed_is_nothing() -> None:
    import base64
    import zlib

    for content in (b"[]", b"{", b'["/x", [["a"]], [], false, true, 9999999999]'):
        body = base64.urlsafe_b64encode(zlib.compress(content)).decode()
        assert unseal(KEY, f"{body}.{kept._mac(KEY, body)}") is None
    assert unseal(KEY, f"x.{kept._mac(KEY, 'x')}") is None
