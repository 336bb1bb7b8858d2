"""Names of files."""

from __future__ import annotations

from datetime import date

from exporters.file_name import file_name

DAY = date(2024, 3, 12)


def test_a_name_is_the_day_the_siren_and_the_title_in_small_letters() -> None:
    assert file_name("217500016", "Délibérations", DAY) == "20240312_217500016_deliberations.csv"
    assert file_name("217 500 016 00019", "Subventions d’œuvres (2024)", DAY, "xlsx") == (
        "20240312_217500016_subventions-d-oeuvres-2024.xlsx"
    )


def test_what_is_not_known_is_left_out_and_what_is_long_is_cut() -> None:
    assert file_name("", "???", DAY) == "20240312_donnees.csv"
    assert len(file_name("217500016", "mot " * 100, DAY)) < 130
    assert file_name("1", "../../etc/passwd", DAY) == "20240312_1_etc-passwd.csv"
