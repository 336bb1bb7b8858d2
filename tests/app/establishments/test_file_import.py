"""Establishments from a file: each wrong line is said with its number, and all are created or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app import db
from app.establishments import file_import, queries, service
from app.establishments.file_import import Reading
from app.models import Establishment
from app.tenancy import Scope
from schema_loader.custom_checks.identifiers import is_key_right
from tests.app.sentences import plain
from tests.factories import Make, siren

pytestmark = pytest.mark.usefixtures("database")


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Reading:
    path = tmp_path / "liste.csv"
    path.write_bytes(text.encode(encoding))
    with db.in_transaction(Scope.instance()) as session:
        return file_import.read(session, path)


def told(reading: Reading) -> list[tuple[int, str, str]]:
    return [(line, column, plain(str(message))) for line, column, message in reading.faults]


def names() -> list[str]:
    with db.in_transaction(Scope.instance()) as session:
        return list(session.scalars(select(Establishment.name).order_by(Establishment.name)))


def test_the_file_to_fill_in_is_itself_right(tmp_path: Path) -> None:
    reading = read(tmp_path, file_import.template().decode("utf-8-sig"))
    assert reading.is_sound
    assert reading.rows[0]["siret"] == "21750001600019"
    assert is_key_right("siret", reading.rows[0]["siret"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_files_as_spreadsheets_save_them(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = [
        ["Nom", "SIREN", "Département", "Commentaire"],
        ["Évry", siren(1), "91", "x"],
        ["Orléans", siren(2), "45", ""],
    ]
    reading = read(tmp_path, "\r\n".join(separator.join(row) for row in rows), encoding)
    assert reading.is_sound
    assert [row["nom"] for row in reading.rows] == ["Évry", "Orléans"]
    assert reading.ignored == ["Commentaire"]


def test_all_are_created_with_addresses_of_their_own(tmp_path: Path) -> None:
    lines = [f"Saint-Martin;{siren(n)};{departement}" for n, departement in enumerate(["01", "02", "02", ""])]
    reading = read(tmp_path, "nom;siren;departement\n" + "\n".join(lines))
    assert reading.is_sound
    with db.in_transaction(Scope.instance()) as session:
        assert service.create_all(session, reading.rows) == 4
    with db.in_transaction(Scope.instance()) as session:
        slugs = session.scalars(select(Establishment.slug).order_by(Establishment.siren)).all()
        assert sorted(slugs) == ["saint-martin", "saint-martin-02", "saint-martin-2", "saint-martin-3"]


def test_each_fault_is_said_with_its_line_and_its_column(tmp_path: Path, make: Make) -> None:
    make.establishment(name="Déjà là", siren="217500016", siret="21750001600019")
    text = "\n".join(
        [
            "nom;siret;siren;adresse_page",
            "Bonne;;" + siren(1) + ";",
            "",
            ";;" + siren(2) + ";",
            "Prise;21750001600019;;",
            "Fausse;21750001600018;;",
            "Sans numéro;;;",
            "Double;;" + siren(3) + ";page",
            "Autre;;" + siren(4) + ";page",
            "Bonne;;" + siren(1) + ";",
        ]
    )
    reading = read(tmp_path, text)
    assert not reading.is_sound
    found = told(reading)
    assert [(line, column) for line, column, _ in found] == [
        (4, "Nom"), (5, "SIRET"), (6, "SIRET"), (7, "SIREN"), (9, "Adresse de la page"), (10, "Nom"),
    ]  # fmt: skip
    assert "« Déjà là »" in found[1][2]
    assert "ligne 8" in found[4][2]
    assert "ligne 2" in found[5][2]
    assert names() == ["Déjà là"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "pas de colonne"),
        ("siren;ville\n217500016;x", "pas de colonne « nom »"),
        ("nom;siren\n", "aucun établissement"),
        ("nom;siren\n;\n \n", "aucun établissement"),
        ("nom;name\na;b", "la même chose"),
    ],
)
def test_a_file_that_says_nothing_is_said_to(tmp_path: Path, text: str, words: str) -> None:
    reading = read(tmp_path, text)
    assert reading.unreadable is not None
    assert words in plain(str(reading.unreadable))
    assert not reading.is_sound


def test_a_file_of_another_nature_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "image.csv"
    path.write_bytes(b"nom;siren\n\x81\x8d\xc3\xa9\xc3\xa9" + bytes(range(256)))
    with db.in_transaction(Scope.instance()) as session:
        reading = file_import.read(session, path)
    assert not reading.is_sound


def test_too_many_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_import, "MAX_ROWS", 2)
    reading = read(tmp_path, "nom;siren\n" + "\n".join(f"C{n};{siren(n)}" for n in range(3)))
    assert "plus de 2 lignes" in plain(str(reading.unreadable))


def test_a_file_waits_for_its_confirmation(file_store: Path) -> None:
    token = file_import.keep(b"nom")
    path = file_import.kept(token)
    assert path is not None
    assert path.read_bytes() == b"nom"
    file_import.forget(token)
    assert file_import.kept(token) is None
    assert file_import.kept("../../secret-key") is None


def test_what_was_taken_meanwhile_creates_nothing(tmp_path: Path, make: Make) -> None:
    reading = read(tmp_path, f"nom;siren\nUn;{siren(1)}\nDeux;{siren(2)}")
    assert reading.is_sound
    make.establishment(name="Deux", siren=siren(2))
    with pytest.raises(service.Invalid), db.in_transaction(Scope.instance()) as session:
        service.create_all(session, reading.rows)
    assert names() == ["Deux"]


def test_a_long_file_with_many_namesakes(tmp_path: Path) -> None:
    departements = [f"{n:02}" for n in range(1, 96) if n != 20]
    lines = [f"Commune {n % 90};{siren(n)};{departements[n % 94]}" for n in range(3000)]
    reading = read(tmp_path, "nom;siren;departement\n" + "\n".join(lines))
    assert reading.is_sound, told(reading)[:3]
    with db.in_transaction(Scope.instance()) as session:
        assert service.create_all(session, reading.rows) == len(lines)


def test_what_is_asked_of_the_database_has_no_bound() -> None:
    """Every commune of the country at once: more than a statement has parameters."""
    many = [str(n) for n in range(70_000)]
    with db.in_transaction(Scope.instance()) as session:
        assert queries.taken_slugs(session, many) == set()
        assert queries.holders_of_siret(session, many) == {}
        assert queries.namesakes(session, [(one, one) for one in many]) == set()
        assert queries.count(session, "", ids=range(70_000)) == 0
