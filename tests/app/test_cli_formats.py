"""What ``tabellion validate`` reads and how it reports: workbooks, several files, the standard input, a page, CSV."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import pty
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from app import checked_file
from app.cli import main
from app.i18n import words
from app.progress import RowCounter
from app.report_csv import harmless
from tests.corpus import ROOT

SCHEMA = {
    "title": "Aides",
    "version": "1.2.0",
    "fields": [
        {"name": "nom", "type": "string", "constraints": {"required": True}},
        {"name": "jour", "type": "date"},
        {"name": "siret", "type": "string", "constraints": {"pattern": "^\\d{14}$"}},
    ],
}
HOSTILE = '<script>alert("x")</script><img src="http://pistage.example/i.png">'
BAD = f"nom;jour;siret\nA;27/06/2017;12345678901234\n;2017-06-27;'123\nC;{HOSTILE};=1+1\nD;27/06/2017;\n"


def call(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(SCHEMA), "utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "mauvais.csv"
    path.write_text(BAD, "utf-8")
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "bon.csv"
    path.write_text("nom,jour,siret\nÉcole,2017-06-27,12345678901234\n", "utf-8")
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A first sheet that is right, with typed cells; a second one, « Février », that is not."""
    made = openpyxl.Workbook()
    made.active.append(["nom", "jour", "siret"])
    made.active.append(["A", openpyxl.utils.datetime.from_excel(45363), 12345678901234])
    other = made.create_sheet("Février")
    other.append(["nom", "jour", "siret"])
    other.append(["A", "12/03/2024", "12345678901234"])
    path = tmp_path / "classeur.xlsx"
    made.save(path)
    return path


# -- workbooks --------------------------------------------------------------------------------------------------------


def test_a_workbook_is_checked_and_the_report_says_which_sheet_was_read(schema: Path, book: Path) -> None:
    made = openpyxl.load_workbook(book)
    made.worksheets[0]["B2"].number_format = "dd/mm/yyyy"
    made.save(book)
    result = call("validate", book, "--schema", schema)
    assert result.exit_code == 0, result.stdout
    assert "« Sheet »" in result.stdout.replace("\u00a0", " ")
    assert "comme elles s’affichent" in result.stdout


@pytest.mark.parametrize("sheet", ["Février", "février", "2"])
def test_a_sheet_is_chosen_by_name_or_number(schema: Path, book: Path, sheet: str) -> None:
    result = call("validate", book, "--schema", schema, "--sheet", sheet, "--format", "json")
    assert result.exit_code == 1
    assert [error["cell"] for error in json.loads(result.stdout)["errors"]] == ["12/03/2024"]


def test_an_unknown_sheet_is_answered_with_the_names_of_the_sheets(schema: Path, book: Path) -> None:
    result = call("validate", book, "--schema", schema, "--sheet", "Mars")
    assert result.exit_code == 2
    assert result.stdout == ""
    for name in ("Mars", "Sheet", "Février"):
        assert name in result.stderr


def test_a_broken_workbook_ends_with_2_and_a_sentence(tmp_path: Path, schema: Path, book: Path) -> None:
    broken = tmp_path / "coupé.xlsx"
    broken.write_bytes(book.read_bytes()[:-200])
    result = call("validate", broken, "--schema", schema)
    assert result.exit_code == 2
    assert "abîmé" in result.stderr


# -- encodings, standard input, several files -------------------------------------------------------------------------


def test_an_encoding_can_be_named(tmp_path: Path, schema: Path) -> None:
    path = tmp_path / "mac.csv"
    path.write_bytes("nom,jour,siret\nÉcole,x,\n".encode("mac-roman"))
    report = json.loads(
        call("validate", path, "--schema", schema, "--encoding", "mac-roman", "--format", "json").stdout
    )
    assert [error["cell"] for error in report["errors"]] == ["x"]
    page = call("validate", path, "--schema", schema, "--encoding", "mac-roman", "--format", "html").stdout
    assert "École" in page
    for wrong in ("klingon", "rot13", "base64", "utf-16"):
        unknown = call("validate", path, "--schema", schema, "--encoding", wrong)
        assert unknown.exit_code == 2, wrong
        assert wrong in unknown.stderr.lower()


def test_the_standard_input_is_a_file_like_any_other(schema: Path, good: Path, bad: Path, book: Path) -> None:
    for path in (good, bad):
        piped = call("validate", "-", "--schema", schema, "--format", "csv", stdin=path.read_bytes())
        plain = call("validate", path, "--schema", schema, "--format", "csv")
        assert (piped.exit_code, piped.stdout) == (plain.exit_code, plain.stdout)
    sheet = call("validate", "-", "--schema", schema, "--sheet", "2", stdin=book.read_bytes())
    assert sheet.exit_code == 1
    assert "entrée standard" in sheet.stdout
    page = call("validate", "-", "--schema", schema, "--format", "html", stdin=bad.read_bytes()).stdout
    assert "27/06/2017" in page


def test_the_standard_input_is_bounded_and_nothing_stays_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checked_file.tempfile, "tempdir", str(tmp_path))
    with checked_file.on_disk(Path("-"), io.BytesIO(b"abc"), most=10) as path:
        assert path.read_bytes() == b"abc"
    with (
        pytest.raises(checked_file.TableUnreadable, match="file-stdin-too-large"),
        checked_file.on_disk(Path("-"), io.BytesIO(b"a" * 11), most=10),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def piped(data: bytes, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "app.cli", "validate", "/dev/stdin", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=False, timeout=60)


def test_a_pipe_by_its_name_is_a_file_like_any_other(schema: Path, bad: Path, book: Path) -> None:
    """What a shell writes for ``<(command)`` is read once: it is kept while it is judged."""
    done = piped(bad.read_bytes(), "--schema", schema, "--format", "csv")
    plain = call("validate", bad, "--schema", schema, "--format", "csv")
    assert (done.returncode, done.stdout.decode().splitlines()) == (
        plain.exit_code,
        plain.stdout.splitlines(),
    )
    assert piped(book.read_bytes(), "--schema", schema, "--sheet", "2").returncode == 1


def test_a_pipe_by_its_name_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, spools = tmp_path / "canal", tmp_path / "spools"
    os.mkfifo(pipe)
    spools.mkdir()
    monkeypatch.setattr(checked_file.tempfile, "tempdir", str(spools))
    with ThreadPoolExecutor(1) as aside:
        written = aside.submit(pipe.write_bytes, b"a" * 11)
        with (
            pytest.raises(checked_file.TableUnreadable, match="file-stdin-too-large"),
            checked_file.on_disk(pipe, io.BytesIO(), most=10),
        ):
            pass
        written.result(10)
    assert list(spools.iterdir()) == []


def test_several_files_are_reported_one_after_the_other_and_the_worst_decides(
    tmp_path: Path, schema: Path, good: Path, bad: Path
) -> None:
    both = call("validate", good, bad, "--schema", schema)
    assert both.exit_code == 1
    assert both.stdout.index("bon.csv") < both.stdout.index("mauvais.csv")
    assert call("validate", good, good, "--schema", schema).exit_code == 0
    with_missing = call("validate", tmp_path / "absent.csv", good, bad, "--schema", schema)
    assert with_missing.exit_code == 2
    assert "absent.csv" in with_missing.stderr
    assert "mauvais.csv" in with_missing.stdout


def test_json_of_several_files_is_a_list_and_of_one_the_object_alone(
    tmp_path: Path, schema: Path, good: Path, bad: Path
) -> None:
    one = json.loads(call("validate", bad, "--schema", schema, "--format", "json").stdout)
    assert list(one) == ["valid", "stats", "errors", "warnings"]
    result = call("validate", good, bad, tmp_path / "absent.csv", "--schema", schema, "--format", "json")
    several = json.loads(result.stdout)
    assert [(entry["file"], entry["valid"]) for entry in several] == [
        (str(good), True),
        (str(bad), False),
        (str(tmp_path / "absent.csv"), None),
    ]
    assert several[1]["errors"] == one["errors"]


# -- CSV --------------------------------------------------------------------------------------------------------------


def test_csv_has_one_line_for_each_error(schema: Path, bad: Path) -> None:
    result = call("validate", bad, "--schema", schema, "--format", "csv")
    header, *lines = csv.reader(io.StringIO(result.stdout, newline=""))
    assert result.exit_code == 1
    assert header == ["ligne", "colonne", "valeur", "problème", "correction"]
    assert [line[:3] for line in lines] == [
        ["2", "jour", "27/06/2017"],
        ["3", "nom", ""],
        ["3", "siret", "'123"],
        ["4", "jour", HOSTILE],
        ["4", "siret", "'=1+1"],
        ["5", "jour", "27/06/2017"],
    ]
    assert "2017-06-27" in lines[0][4]
    assert all(line[3] and line[4] for line in lines)


def test_csv_of_several_files_names_the_file(schema: Path, good: Path, bad: Path) -> None:
    result = call("validate", good, bad, "--schema", schema, "--format", "csv", "--lang", "en")
    header, *lines = csv.reader(io.StringIO(result.stdout, newline=""))
    assert header == ["file", "row", "column", "value", "problem", "remedy"]
    assert {line[0] for line in lines} == {str(bad)}


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "-2+3", "+33 x", "\t=1", "-cmd|x"])
def test_what_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12", "-1 234,50", "+3.5e-7", "12", "", "a=b", "- "[:0], "-12 %"])
def test_numbers_and_plain_texts_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


# -- the page ---------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags in order, with their attributes and what they hold; asserts that they close one another."""

    VOID = ("meta", "link", "img", "br", "input", "hr")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(*arguments: object) -> tuple[str, Page]:
    html = call("validate", *arguments, "--format", "html").stdout
    return html, Page(html)


def test_the_page_gives_the_verdict_first_then_kinds_with_places_then_the_rows(
    schema: Path, bad: Path
) -> None:
    html, page = page_of(bad, "--schema", schema)
    assert page.named("html") == [{"lang": "fr"}]
    assert next(tag for tag, _ in page.tags if re.fullmatch(r"h\d", tag)) == "h1"
    assert "6 erreurs de 3 sortes" in page.texts["h1"][0]
    assert "Aides 1.2.0" in html
    assert "mauvais.csv" in page.texts["title"][0]
    assert str(bad.parent) not in html  # the folders of the sender are nobody's business
    rows = [text for text in page.texts["tr"] if "27/06/2017" in text]
    assert "2, 5" in rows[0]  # two rows with the same value are one line of the table
    assert "2017-06-27" in rows[0]


def test_the_page_loads_nothing_and_escapes_what_a_file_says(schema: Path, bad: Path) -> None:
    _, page = page_of(bad, "--schema", schema)
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    assert HOSTILE in "".join(page.texts["td"])
    for _, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset", "background", "action", "style")
            assert name != "href" or (value or "").startswith("#")
    style = page.texts["style"][0]
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [m["content"] for m in page.named("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_can_be_read_by_everyone(schema: Path, bad: Path, good: Path) -> None:
    for files in ([bad], [good], [good, bad]):
        _, page = page_of(*files, "--schema", schema)
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        assert all(th.get("scope") in ("col", "row") for th in page.named("th"))
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(set(ids)) == len(ids)
        for _, attributes in page.tags:
            if "aria-labelledby" in attributes:
                assert attributes["aria-labelledby"] in ids
            if (attributes.get("href") or "").startswith("#"):
                assert (attributes["href"] or "")[1:] in ids
    style = page.texts["style"][0]
    for rule in ("prefers-color-scheme: dark", "@media print", "max-width"):
        assert rule in style


def test_the_page_of_several_files_names_each_even_what_could_not_be_read(
    tmp_path: Path, schema: Path, bad: Path, good: Path
) -> None:
    html, page = page_of(bad, good, tmp_path / "absent.csv", "--schema", schema)
    assert "Vérification de 3 fichiers" in page.texts["h1"][0]
    for name in ("mauvais.csv", "bon.csv", "absent.csv"):
        assert name in html
    assert len(page.named("article")) == 2
    assert str(tmp_path) not in html
    assert page_of(bad, good, "--schema", schema, "--lang", "en")[1].named("html") == [{"lang": "en"}]


def test_the_page_of_a_workbook_shows_the_cells_of_its_sheet(schema: Path, book: Path) -> None:
    html, page = page_of(book, "--schema", schema, "--sheet", "Février")
    assert "Février" in html
    assert any("12345678901234" in cell or "12/03/2024" in cell for cell in page.texts["td"])


def test_the_page_stays_short_however_many_errors_there_are(tmp_path: Path, schema: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("nom,jour,siret\n" + "".join(f"A,jour {n},{'9' * 300}\n" for n in range(3000)), "utf-8")
    html, page = page_of(path, "--schema", schema)
    assert len(html) < 300_000
    assert "6\u202f000 erreurs" in page.texts["h1"][0]
    assert "2\u202f900 autres lignes" in html


def test_the_page_has_french_spaces(schema: Path, bad: Path) -> None:
    _, page = page_of(bad, "--schema", schema)
    said = re.sub(r"<[^>]*>|'123|;", "", " ".join(page.texts["h2"] + page.texts["p"] + page.texts["caption"]))
    assert not re.search(r"[^\u202f][!?;:](?:\s|$)", said)
    assert "'" not in said


# -- progress ---------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_told_in_words_on_a_terminal_and_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    now = [0.0]
    terminal = Terminal()
    counter = RowCounter(terminal, words("fr"), clock=lambda: now[0])
    counter(20_000)
    assert terminal.getvalue() == ""  # what is quick needs no word
    now[0] = 1.0
    counter(412_000)
    counter(413_000)  # at most ten times a second
    assert "412\u202f000 lignes lues" in terminal.getvalue()
    assert "413" not in terminal.getvalue()
    counter.close()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_progress_is_silent_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, kind in ((io.StringIO(), "xterm"), (Terminal(), "dumb")):
        monkeypatch.setenv("TERM", kind)
        counter = RowCounter(stream, words("fr"), clock=iter(range(9)).__next__)
        counter(5)
        counter.close()
        assert stream.getvalue() == ""


def test_a_long_reading_shows_its_progress_on_standard_error_alone(tmp_path: Path, schema: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("nom,jour,siret\n" + "A,2017-06-27,12345678901234\n" * 150_000, "utf-8")
    program = (
        "import sys; from app import progress; progress.FIRST_AFTER = 0.0; from app.cli import main; main()"
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program, "validate", str(path), "--schema", str(schema)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "300"},
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        assert process.stdout is not None
        said = process.stdout.read().decode()
    os.close(ours)
    assert process.returncode == 0
    assert "lignes lues" in shown.decode()
    assert "\r" not in said
    assert "150\u202f000 lignes lues" in said
