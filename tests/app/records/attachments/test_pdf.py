"""What is a PDF and nothing besides."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.attachments.pdf import is_pdf
from tests.app.records.attachments.pdfs import a_pdf

HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        out.writestr("a.txt", "hello")
    return made.getvalue()


@pytest.mark.parametrize("version", [b"1.0", b"1.4", b"1.7", b"2.0"])
def test_a_pdf_is_one(version: bytes) -> None:
    assert is_pdf(a_pdf(version=version))
    assert is_pdf(a_pdf(padding=100_000))
    assert is_pdf(a_pdf().rstrip() + b"\r\n\x00\x00")


def test_a_cross_reference_may_be_a_stream() -> None:
    """PDF 1.5: an object in place of the table."""
    whole = a_pdf()
    start = whole.rindex(b"xref\n0 ")
    stream = b"6 0 obj\n<< /Type /XRef >>\nstream\n\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % start
    assert is_pdf(whole[:start] + stream)


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("nothing", b""),
        ("a name alone", b"%PDF-1.7"),
        ("a page", HTML),
        ("a page before", HTML + a_pdf()),
        ("a space before", b" " + a_pdf()),
        ("a page in the first comment", a_pdf().replace(b"%\xe2\xe3\xcf\xd3", b"%" + HTML)),
        ("a page after", a_pdf() + HTML),
        ("an archive", archive()),
        ("an archive after", a_pdf() + archive()),
        ("an archive before", archive() + a_pdf()),
        ("a version that is none", a_pdf(version=b"9.9")),
        ("cut", a_pdf()[:-20]),
        ("an end that leads nowhere", b"%PDF-1.7\nstartxref\n99999\n%%EOF"),
        ("an end that leads to the beginning", b"%PDF-1.7\nstartxref\n1\n%%EOF"),
        ("a PostScript", b"%!PS-Adobe-3.0\n" + a_pdf()),
    ],
)
def test_what_is_none_is_refused(what: str, data: bytes) -> None:
    assert not is_pdf(data), what


def test_an_archive_whose_comment_is_the_end_of_a_pdf_is_refused() -> None:
    """The whole of a PDF inside an archive's last field: a PDF for one program, an archive for another."""
    body = a_pdf()
    start = body.rindex(b"xref\n0 ")
    tail = body[start:]
    end = b"PK\x05\x06" + b"\x00" * 16 + len(tail).to_bytes(2, "little")
    hidden = (
        body[:start] + end + tail.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(end)))
    )
    assert zipfile.is_zipfile(io.BytesIO(hidden))
    assert not is_pdf(hidden)


@given(st.binary(max_size=400))
def test_any_octets_are_judged(data: bytes) -> None:
    assert not is_pdf(data)
    assert not is_pdf(b"%PDF-1.7\n" + data)


@given(st.binary(min_size=1, max_size=60).filter(lambda tail: tail.strip(b" \t\r\n\x0b\x0c\x00")))
def test_nothing_may_follow(tail: bytes) -> None:
    assert not is_pdf(a_pdf() + tail)
