"""The SCDL catalogue, judged by its own schema."""

from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

import schema_loader
from app.publications.feeds.scdl import COLUMNS, LEVELS, left_out, scdl_csv, scdl_rows
from app.publications.frequencies import FREQUENCIES
from app.publications.licences import LICENCES
from schema_loader.check import check_table
from schema_loader.compile import compile_schema
from schema_loader.errors import CellError
from tests.app.publications.feeds.samples import PUBLISHER, a_dataset, many

STARTER = Path(schema_loader.__file__).parent / "starter" / "catalogue-0.1.3.json"


def errors_of(data: bytes) -> list[CellError]:
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    return list(check_table(compile_schema(STARTER.read_bytes()), header, rows))


def test_the_columns_are_those_of_the_schema() -> None:
    fields = json.loads(STARTER.read_text("utf-8"))["fields"]
    assert [field["name"] for field in fields] == list(COLUMNS)


@pytest.mark.parametrize("frequency", list(FREQUENCIES))
def test_every_frequency_is_one_that_the_schema_lists(frequency: str) -> None:
    assert errors_of(b"".join(scdl_csv([a_dataset(frequency=frequency)]))) == []


@pytest.mark.parametrize("licence", [*LICENCES, "", "another"])
def test_every_licence_is_one_that_the_schema_lists(licence: str) -> None:
    assert errors_of(b"".join(scdl_csv([a_dataset(licence=licence)]))) == []


@pytest.mark.parametrize("granularity", [*LEVELS, "", "fr:arrondissement"])
def test_every_level_is_one_that_the_schema_lists(granularity: str) -> None:
    assert errors_of(b"".join(scdl_csv([a_dataset(granularity=granularity)]))) == []


def test_a_row_says_what_the_dataset_is() -> None:
    (row,) = scdl_rows([a_dataset()])
    told = dict(zip(COLUMNS, row, strict=True))
    assert told["COLL_SIRET"] == told["PRODUCTEUR_SIRET"] == "21440143200015"
    assert told["ID"] == "21440143200015/deliberations-1"
    assert (told["COUV_TEMP_DEBUT"], told["COUV_TEMP_FIN"]) == ("2025-01-01", "2025-12-31")
    assert (told["DATE_PUBL"], told["DATE_MAJ"]) == ("2025-01-15", "2026-02-03")
    assert told["FREQ_MAJ"] == "Trimestrielle"
    assert told["COUV_SPAT_MAILLE"] == "Communale"
    assert told["MOTS_CLES"] == "délibérations;conseil municipal"
    assert (told["NOMBRE_RESSOURCES"], told["FORMAT_RESSOURCES"]) == ("1", "csv")
    assert told["URL"] == "https://tabellion.example/donnees/reze/deliberations-1"
    assert "\n" not in told["DESCRIPTION"]


def test_what_is_not_known_is_said_another_way_and_the_row_stays_valid() -> None:
    one = a_dataset(coverage=None, keywords=(), place="", granularity="", theme="")
    assert errors_of(b"".join(scdl_csv([one]))) == []
    told = dict(zip(COLUMNS, next(scdl_rows([one])), strict=True))
    assert (told["COUV_TEMP_DEBUT"], told["COUV_TEMP_FIN"]) == ("2025-01-15", "2026-02-03")
    assert told["COUV_SPAT_NOM"] == "Commune de Rezé"


def test_a_dataset_that_can_have_no_valid_row_has_none() -> None:
    without_siret = a_dataset(publisher=replace(PUBLISHER, siret=""))
    without_file = a_dataset(distributions=())
    assert (left_out(without_siret), left_out(without_file), left_out(a_dataset())) == ("siret", "file", "")
    data = b"".join(scdl_csv([without_siret, without_file, a_dataset()]))
    assert len(list(csv.reader(io.StringIO(data.decode())))) == 2


def test_an_empty_catalogue_has_its_header() -> None:
    assert b"".join(scdl_csv([])).decode().splitlines() == [",".join(COLUMNS)]


def test_ten_thousand_datasets_take_no_long() -> None:
    datasets = list(many(10_000))
    began = time.process_time()
    pieces = list(scdl_csv(datasets))
    assert time.process_time() - began < 3
    assert len(pieces) > 10
