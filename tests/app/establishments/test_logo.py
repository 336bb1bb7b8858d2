"""Which pictures are kept as logos, and what of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.establishments.logo import MAX_OCTETS, LogoRefused, read_logo
from tests.app.establishments.pictures import chunk, jpeg, png, segment
from tests.app.sentences import plain


def refusal(data: bytes) -> str:
    with pytest.raises(LogoRefused) as caught:
        read_logo(data)
    assert caught.value.told.remedy
    return plain(str(caught.value.told))


def test_a_png_and_a_jpeg_are_kept_under_a_name_of_ours() -> None:
    one, other = read_logo(png()), read_logo(jpeg())
    assert (one.width, one.height) == (3, 2)
    assert (other.width, other.height) == (5, 4)
    assert one.name.endswith(".png")
    assert other.name.endswith(".jpg")
    assert read_logo(png()).name == one.name
    assert read_logo(png(4)).name != one.name


def test_what_tells_more_than_the_picture_is_left_out() -> None:
    told = png(3, 2, chunk(b"tEXt", b"Author\0Ada"), chunk(b"eXIf", b"GPS"), chunk(b"sRGB", b"\0"))
    assert read_logo(told).data == png(3, 2, chunk(b"sRGB", b"\0"))
    photo = jpeg(5, 4, segment(0xE1, b"Exif\0\0GPS"), segment(0xFE, b"comment"), segment(0xED, b"IPTC"))
    assert read_logo(photo).data == jpeg(5, 4)
    assert read_logo(png() + b"<script>after the end</script>").data == png()
    assert read_logo(jpeg() + b"after the end").data == jpeg()


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='x'/>", b"\xef\xbb\xbf\n<?xml version='1.0'?><svg/>", b"<!DOCTYPE svg>"]
)
def test_a_drawing_that_may_hold_programs_is_refused_whatever_its_name(data: bytes) -> None:
    assert "SVG" in refusal(data)


@pytest.mark.parametrize("data", [b"GIF89a....", b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x20ftypavif"])
def test_other_pictures_are_refused_with_how_to_turn_them(data: bytes) -> None:
    assert "ni en PNG, ni en JPEG" in refusal(data)


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7", b"<html>"])
def test_what_is_no_picture_is_said(data: bytes) -> None:
    assert "n’est pas une image" in refusal(data)


def test_sizes_are_bounded() -> None:
    assert "1 Mo" in refusal(png() + b"\0" * MAX_OCTETS)
    assert "4001 × 2 pixels" in refusal(png(4001, 2))
    assert "pixels" in refusal(jpeg(5, 60000))
    assert "0 × 2 pixels" in refusal(png(0, 2))


@pytest.mark.parametrize(
    "data",
    [
        png()[:-20],
        png()[:8],
        png().replace(b"\x2a", b"\x2b", 1) if b"\x2a" in png() else png()[:-1],
        png(3, 2, chunk(b"XXXX", b"")),
        png(3, 2, rows=b"\0" * 4),
        png(colour=5),
        jpeg()[:-2],
        jpeg()[:12],
        b"\xff\xd8\xff\xd9",
    ],
    ids=range(9),
)
def test_a_damaged_picture_is_said_to_be(data: bytes) -> None:
    assert "abîmée" in refusal(data)


def test_a_picture_that_inflates_without_end_is_refused() -> None:
    assert "abîmée" in refusal(png(3, 2, rows=b"\0" * 50_000_000))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", png()[:40], jpeg()[:20]]),
)
def test_any_octets_are_kept_or_refused_in_words(data: bytes, start: bytes) -> None:
    try:
        found = read_logo(start + data)
    except LogoRefused as refused:
        assert refused.told.problem
    else:
        assert 0 < found.width <= 4000
