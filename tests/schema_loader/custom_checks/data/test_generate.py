"""Lists of places written from unpacked packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schema_loader.custom_checks.data import generate

FOLDER = Path(generate.__file__).parent


def package(folder: Path, communes: list[dict[str, Any]]) -> Path:
    """An unpacked package with these communes."""
    region = {"code": "84", "nom": "Auvergne-Rhône-Alpes", "zone": "metro"}
    overseas = {"code": "986", "nom": "Wallis et Futuna", "zone": "com"}
    tables = {"communes": communes, "departements": [overseas], "regions": [region, overseas]}
    (folder / "data").mkdir(parents=True)
    for name, rows in tables.items():
        (folder / "data" / f"{name}.json").write_text(json.dumps(rows), "utf-8")
    return folder


def commune(code: str, name: str, *postal: str) -> dict[str, Any]:
    return {"code": code, "nom": name, "zone": "metro", "codesPostaux": list(postal)}


def test_the_newest_year_is_written_whole_and_others_as_what_differs(tmp_path: Path) -> None:
    old = package(tmp_path / "old", [commune("01001", "Y", "01000"), commune("01002", "Rê")])
    new = package(
        tmp_path / "new", [commune("01002", "Rê-sur-Ain", "01400", "01000"), commune("01001", "Y", "01400")]
    )
    to = tmp_path / "to"
    to.mkdir()
    generate.main([f"2025={new}", f"2024={old}", "--to", str(to)])
    assert {path.name: path.read_bytes().decode() for path in to.iterdir()} == {
        "communes.csv": "01001,Y\n01002,Rê-sur-Ain\n",
        "departements.csv": "986,Wallis-et-Futuna\n",
        "regions.csv": "84,Auvergne-Rhône-Alpes\n",
        "postal-codes.csv": "01000\n01400\n",
        "changes-2024.csv": "communes,-,01002,Rê-sur-Ain\ncommunes,+,01002,Rê\n",
    }


def test_a_name_that_would_break_the_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="comma"):
        generate.read_package(package(tmp_path / "a", [commune("01001", "Y, en Somme")]))


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"communes\.json"):
        generate.read_package(tmp_path)


@pytest.mark.parametrize("argument", ["folder", "24=folder", "latest=folder"])
def test_a_package_comes_with_its_year(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        generate.main([argument])
    assert f"{argument}: write YEAR=FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda path: path.name)
def test_a_list_at_hand_has_the_form_that_the_generator_writes(path: Path) -> None:
    content = path.read_bytes().decode("utf-8")
    lines = content.split("\n")
    assert lines.pop() == "" and "\r" not in content and '"' not in content
    columns = 1 if path.stem == "postal-codes" else 4 if path.stem.startswith("changes-") else 2
    assert {line.count(",") for line in lines} == {columns - 1}
    assert len(set(lines)) == len(lines)
    if columns < 4:
        assert lines == sorted(lines)


def test_the_page_beside_the_lists_counts_them_rightly() -> None:
    page = (FOLDER / "README.md").read_text("utf-8")
    for name in ("communes", "postal-codes"):
        rows = (FOLDER / f"{name}.csv").read_bytes().count(b"\n")
        assert f"| {rows:,} |" in page
    changes = [str(path.read_bytes().count(b"\n")) for path in sorted(FOLDER.glob("changes-*.csv"))]
    assert f"| {', '.join(changes)} |" in page
