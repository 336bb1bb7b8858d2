"""Every real file is read or plainly refused; in the messy ones the header is found and the columns are understood."""

from __future__ import annotations

import pytest

from importers.detect import detect
from importers.matching import Matching, match_table
from importers.table import Table, read_table
from schema_loader import messages
from schema_loader.compile import compile_schema
from schema_loader.errors import TableUnreadable
from schema_loader.table_schema import TableSchema
from tests.corpus import CORPUS, corpus_files, needs_corpus

pytestmark = needs_corpus
REFUSED = {"diagnostics_bad_file_format.ods": "file-empty"}  # its one sheet holds nothing


def schema_of(folder: str) -> TableSchema:
    return compile_schema((CORPUS / "schemas" / f"{folder}.json").read_bytes())


def understood(folder: str, file: str) -> tuple[Table, Matching]:
    (path,) = (CORPUS / "files" / folder).glob(file)
    schema = schema_of(folder)
    table = read_table(path, detect(path, schema), schema)
    return table, match_table(schema, table)


def test_every_file_is_read_or_refused_in_a_sentence() -> None:
    files = corpus_files("files/*/*")
    assert len(files) == 338
    refused = {}
    for path in files:
        schema = schema_of(path.parent.name)
        try:
            table = read_table(path, detect(path, schema), schema)
            numbers = [row.number for row in table]
        except TableUnreadable as error:
            assert messages.unreadable(error).problem
            refused[path.name] = error.code
            continue
        assert numbers == sorted(set(numbers))
        taken = [m.column for m in match_table(schema, table).matches if m.column is not None]
        assert len(taken) == len(set(taken))
    assert refused == REFUSED


OLD, NEW = "scdl__subventions__1.1.0", "scdl__subventions__2.1.1"
HEADERS = [
    (OLD, "*Aube*.xlsx", "Feuil1", 2, 7), (OLD, "*Pyr*.ods", "à publier", 6, 76), (OLD, "*Deux-S*.xls", "Rapport 1", 1, 467),
    (OLD, "*20180302*.csv", "", 1, None), (NEW, "SCDL.xlsx", "Du 01-01-2023 au 30-06-2023", 4, 10),
    (NEW, "SCDL_SECOND_IMPORT.xlsx", "Du 01-01-2023 au 30-06-2023", 4, 15), (NEW, "SCDL_WITH_EXERCICE_ALT.xlsx", "Sheet1", 1, 3),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "file", "sheet", "header", "rows"), HEADERS)
def test_the_header_of_a_messy_file_is_found(
    folder: str, file: str, sheet: str, header: int, rows: int | None
) -> None:
    table, _ = understood(folder, file)
    assert (table.detected.sheet, table.header_row) == (sheet, header)
    assert rows is None or len(list(table)) == rows


MATCHES = {
    (OLD, "*Aube*.xlsx"): {
        "nomAttribuant": "Nom de l’attributaire", "idAttribuant": "Identification de l’attributaire (SIRET)", "nomBeneficiaire": "Nom du bénéficiaire",
        "idBeneficiaire": "Identification du bénéficiaire", "montant": "Montant total de la subvention", "conditionsVersement": "Conditions de versement",
    },
    (OLD, "*Deux-S*.xls"): {
        "nomBeneficiaire": "Nom attributaire", "idBeneficiaire": "N° SIRET attributaire", "montant": "Montant décidé ligne",
        "dateConvention": "Date convention", "referenceDecision": "Référence délibération",
    },
    (OLD, "*Ni-vre*.csv"): {
        "nomAttribuant": "COLL_NOM", "idAttribuant": "COLL_SIRET", "nomBeneficiaire": "ATTRIB_NOM", "idBeneficiaire": "ATTRIB_SIRET",
        "montant": "SUB_MONTANT", "objet": "SUB_OBJET", "nature": "SUB_NATURE", "dateConvention": "ACTE_DATE",
    },
    (OLD, "*Pyr*.ods"): {
        "nomBeneficiaire": "NOM", "idBeneficiaire": "SIRET_ORG", "montant": "Montant octroyé", "nature": "Nature",
        "dateConvention": "date convention", "datesPeriodeVersement": "Date ou période de versement",
    },
    (NEW, "SCDL.xlsx"): {
        "nomAttribuant": "Nom de l'attribuant", "idAttribuant": "Identification de l'attributaire", "idBeneficiaire": "N° SIRET",
        "nomBeneficiaire": "NOM Bénéficiaire", "notificationUE": "Aide d'Etat (ou pas) notifiée à l'UE",
    },
    (NEW, "SCDL_DILCRAH_2019.csv"): {
        "nomAttribuant": "Nom attributaire*", "idBeneficiaire": "Identification du bénéficiaire*", "montant": "Montant total de la subvention*",
        "notificationUE": "Aide notifiée Ã l'Europe",
    },
}  # fmt: skip


@pytest.mark.parametrize(("folder", "file"), MATCHES, ids=[file for _, file in MATCHES])
def test_the_columns_of_a_messy_file_are_understood(folder: str, file: str) -> None:
    _, matching = understood(folder, file)
    found = {field: matching.by_field[field].label for field in MATCHES[folder, file]}
    assert found == MATCHES[folder, file]
    assert all(m.sure or m.reason in ("near", "values") for m in matching.matches if m.column is not None)


def test_a_mark_of_utf8_before_windows_letters_is_no_obstacle() -> None:
    table, _ = understood(OLD, "*20180302*.csv")
    assert (table.detected.encoding, table.detected.skip) == ("cp1252", 3)
    assert table.labels[0] == "nomAttribuant"
    assert table.sample[0].cells[0] == "Département de la Somme"
