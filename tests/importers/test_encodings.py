"""Encodings as French programs of forty years wrote them; what is ruled out has a place."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.encodings import CHOICES, check_encoding, detect_encoding
from schema_loader.errors import TableUnreadable

TEXT = (
    "Nom;Délibération;Montant\r\nÉcole élémentaire « Les Hêtres »;n° 12 : rénovation, 3e étage où ça gèle;1 234,50 €\r\n"
    * 3
)


def found(data: bytes) -> tuple[str, int]:
    return detect_encoding(io.BytesIO(data))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman"]
)
def test_a_french_text_is_known_by_its_bytes(encoding: str) -> None:
    name, skip = found(TEXT.encode(encoding))
    assert (name, skip) == (encoding, 0)
    assert TEXT.encode(encoding).decode(name) == TEXT


def test_the_text_of_an_old_computer_is_known() -> None:
    text = TEXT.replace("€", "F").replace("œ", "oe")
    assert found(text.encode("cp850")) == ("cp850", 0)


def test_a_mark_of_utf8_before_another_encoding_is_stepped_over() -> None:
    assert found(b"\xef\xbb\xbf" + TEXT.encode("cp1252")) == ("cp1252", 3)


def test_ascii_alone_is_utf8() -> None:
    assert found(b"nom;montant\r\na;1\r\n") == ("utf-8", 0)


def test_one_accent_says_windows() -> None:
    assert found("nom\r\nBesançon\r\n".encode("cp1252")) == ("cp1252", 0)


@pytest.mark.parametrize(
    "data", [b"\xff\xfea", b"\xff\xfea\0b", b"a\0" * 30 + b"\x00\xd8", "é".encode() * 9 + b"\xff"]
)
def test_a_text_that_is_cut_or_spoiled_is_refused_with_its_place(data: bytes) -> None:
    with pytest.raises(TableUnreadable) as caught:
        found(data)
    assert caught.value.code == "file-bad-byte"
    assert caught.value.params["line"] == 1


@pytest.mark.parametrize("encoding", CHOICES)
def test_each_encoding_that_is_offered_exists_and_is_kept(encoding: str) -> None:
    assert check_encoding(io.BytesIO("Besancon".encode(encoding)), encoding) == encoding


@pytest.mark.parametrize("encoding", ["base64", "nonsense", "utf-8\0", "", "hex", "idna", "x" * 300])
def test_no_other_is_taken(encoding: str) -> None:
    with pytest.raises(TableUnreadable) as caught:
        check_encoding(io.BytesIO(b"\xe9"), encoding)
    assert caught.value.code in ("file-unknown-encoding", "file-bad-byte")


@given(st.binary(max_size=200))
def test_whatever_is_found_explains_every_byte(data: bytes) -> None:
    try:
        encoding, skip = found(data)
    except TableUnreadable as error:
        assert error.code == "file-bad-byte"
    else:
        data[skip:].decode(encoding)
