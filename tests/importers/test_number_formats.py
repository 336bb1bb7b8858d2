"""What a cell stands for, from the number that is stored and the format that shows it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.number_formats import number_format, plain_number, show_date, show_moment, shower

SERIAL = "45363"  # 12 March 2024


@pytest.mark.parametrize(
    ("code", "stored", "shown"),
    [
        ("General", "1004", "1004"),
        ("General", "1004.0", "1004"),
        ("General", "38047555800058", "38047555800058"),
        ("General", "3.8047555800058E+13", "38047555800058"),
        ("General", "0.30000000000000004", "0.3"),
        ("General", "1E-7", "0.0000001"),
        ("General", "-0", "0"),
        ("@", "12", "12"),
        ("00000", "1004", "01004"),
        ("00000", "75056", "75056"),
        ("00000", "0", "00000"),
        ("00000", "-12", "-00012"),
        ("000 000 000 00000", "217500016", "00000217500016"),
        ('0#" "##" "##" "##" "##', "612345678", "0612345678"),
        ("000;[Red]-00;0", "-5", "-05"),
        ("000;[Red]-00;0", "0", "0"),
        ("0.00", "12.5", "12.5"),
        ("0.00", "12.345678", "12.345678"),
        ("# ##0", "1234", "1234"),
        ("#,##0.00\\ [$€-40C]", "1234.5", "1234.5"),
        ('#,##0.00" €"', "1234.5", "1234.5"),
        ("0%", "0.125", "0.125"),
        ("0.00E+00", "12345678901234", "12345678901234"),
        ('"dossier "0000', "12", "0012"),
        ('0" jours"', "3", "3"),
        ("[h]:mm", "1.25", "30:00:00"),
        ("yyyy-mm-dd", SERIAL, "2024-03-12"),
        ("dd/mm/yyyy", f"{SERIAL}.75", "2024-03-12"),
        ("[$-40C]d mmmm yyyy;@", SERIAL, "2024-03-12"),
        ("jj/mm/aaaa", SERIAL, "2024-03-12"),
        ("dd/mm/yyyy hh:mm", f"{SERIAL}.604166666667", "2024-03-12T14:30:00"),
        ("yyyy-mm-dd hh:mm:ss", SERIAL, "2024-03-12T00:00:00"),
        ("hh:mm", "0.604166666667", "14:30:00"),
        ("h:mm AM/PM", "0.604166666667", "14:30:00"),
        ("mm:ss.0", "0.0006944444", "00:01:00"),
        ("mmm-yy", SERIAL, "2024-03"),
        ("yyyy", SERIAL, "2024"),
        ("d-mmm", SERIAL, "2024-03-12"),
        ("yyyy-mm-dd", "-1", "-1"),
        ("yyyy-mm-dd", "2958466", "2958466"),
        ("yyyy-mm-dd", "0", "0"),
        ("yyyy-mm-dd", "1", "1900-01-01"),
        ("yyyy-mm-dd", "59", "1900-02-28"),
        ("yyyy-mm-dd", "60", "1900-02-29"),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("yyyy-mm-dd", "2958465", "9999-12-31"),
        ("yyyy-mm-dd", "nonsense", "nonsense"),
        ("General", "1E+999999999", "1E+999999999"),
        ("General", "NaN", "NaN"),
    ],
)
def test_a_number_is_read_as_its_cell_shows_it(code: str, stored: str, shown: str) -> None:
    assert shower(code)(stored) == shown


def test_the_second_epoch_starts_four_years_later() -> None:
    assert shower("yyyy-mm-dd", from_1904=True)("0") == "1904-01-01"
    assert shower("yyyy-mm-dd", from_1904=True)("43901") == "2024-03-12"
    assert shower("hh:mm", from_1904=True)("0.5") == "12:00:00"


@pytest.mark.parametrize(
    ("stored", "code", "shown"),
    [
        ("2024-03-12", "General", "2024-03-12"),
        ("2024-03-12T00:00:00", "General", "2024-03-12"),
        ("2024-03-12T14:30:00Z", "General", "2024-03-12T14:30:00"),
        ("2024-03-12T14:30:00", "dd/mm/yyyy", "2024-03-12"),
        ("2024-03-12T14:30:00", "hh:mm", "14:30:00"),
        ("2024-03-12T14:30:00+02:00", "General", "2024-03-12T14:30:00+02:00"),
        ("hier", "General", "hier"),
    ],
)
def test_a_date_stored_as_a_text_is_shown_by_its_format(stored: str, code: str, shown: str) -> None:
    assert show_moment(stored, number_format(code).parts) == shown


@given(st.integers(min_value=0, max_value=10**17))
def test_whole_numbers_are_exact_and_padded_to_their_format(value: int) -> None:
    assert plain_number(str(value)) == str(value)
    assert shower("0" * 14)(str(value)) == f"{value:014d}"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_number_keeps_fifteen_digits_and_has_no_exponent(value: float) -> None:
    shown = plain_number(repr(value))
    assert "e" not in shown.lower()
    assert not shown.endswith(".0")
    assert Decimal(shown) == pytest.approx(Decimal(repr(value)), rel=Decimal("1e-14"))


@given(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)))
def test_every_moment_after_february_1900_comes_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    serial = repr((moment - datetime(1899, 12, 30)) / timedelta(days=1))
    assert show_date(serial, frozenset("ymdHMS")) == moment.isoformat()
    assert show_date(serial, frozenset("ymd")) == moment.date().isoformat()


@given(st.text(max_size=60), st.floats(allow_nan=False, allow_infinity=False).map(repr))
def test_no_format_code_breaks_the_reading(code: str, stored: str) -> None:
    assert shower(code)(stored)
