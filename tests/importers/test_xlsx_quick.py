"""Rows taken by pattern are those of the exact parser, however a sheet is written."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importers import xlsx_exact, xlsx_quick
from importers.bounded_zip import feed
from importers.limits import DEFAULT, Limits
from importers.sheet_rows import FilledRow, column_letters
from importers.xlsx_cells import CellTexts
from importers.xlsx_exact import SheetParser
from schema_loader.errors import TableUnreadable
from tests.importers.workbooks import MAIN

HEAD = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="{MAIN}" xmlns:x14ac="urn:x"><dimension ref="A1"/><sheetData>'
TAIL = '</sheetData><pageMargins left="0.7"/></worksheet>'
CODES = ["General", "00000", "dd/mm/yyyy", "0%"]
TEXTS = ["École", "", "a & b", " x "]
Read = list[FilledRow] | str


def in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def quick(sheet: str, size: int = 700, limits: Limits = DEFAULT) -> Read:
    cells = CellTexts(CODES, TEXTS, from_1904=False)
    try:
        return list(xlsx_quick.read_rows(in_pieces(sheet.encode(), size), cells, limits))
    except TableUnreadable as error:
        return str(error)


def exact(sheet: str, limits: Limits = DEFAULT) -> Read:
    parser = SheetParser(CellTexts(CODES, TEXTS, from_1904=False), limits)
    try:
        for _ in feed(parser.parser, iter((sheet.encode(),))):
            pass
    except TableUnreadable as error:
        return str(error)
    return parser.done


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(escape) | st.sampled_from(
    ["1", "45363", "0.125", "-7", "1e3", "&#233;", "&#xE9;", "&quot;", "&apos;", "&nbsp;", "&#0;", "&", "<", "a\r\nb", "a\rb", "_x000D_",
     "]]>", "\x01", "99", "٣", "#N/A", "2024-03-12T00:00:00", "true", "<!-- </row> -->", "<![CDATA[x]]>", "", " ", "0" * 5000]
)  # fmt: skip
bodies = st.one_of(
    words.map("<v>{}</v>".format),
    words.map("<is><t>{}</t></is>".format),
    words.map('<is><t xml:space="preserve">{}</t></is>'.format),
    words.map("<is><r><rPr/><t>{}</t></r><rPh><t>aside</t></rPh></is>".format),
    words.map("<f>A1+1</f><v>{}</v>".format),
    words.map('<f t="shared" si="0"/><v>{}</v>'.format),
    st.sampled_from(["", "<f>A1</f>", "<v/>", "<v></v>", "<f>A1</f><v></v>", " <v>1</v> ", "<x/><v>2</v>", "<v>1</v><v>2</v>"]),
)  # fmt: skip
kinds = st.sampled_from(
    ["", ' t="n"', ' t="s"', ' t="str"', ' t="inlineStr"', ' t="b"', ' t="e"', ' t="d"', ' cm="1"']
)
styles = st.sampled_from(["", ' s="0"', ' s="1"', ' s="2"', ' s="3"', ' s="77"', ' s="-1"', ' s="x"'])


@st.composite
def rows(draw: st.DrawFn, number: int) -> str:
    cells = []
    for column in range(1, draw(st.integers(0, 5)) + 1):
        letters = column_letters(
            draw(st.sampled_from([column] * 12 + [column + 3, 1])) if column > 1 else column
        )
        place = draw(
            st.sampled_from([f' r="{letters}{number}"'] * 12 + ["", f' r="{letters.lower()}{number}"'])
        )
        attributes = f"{place}{draw(styles)}{draw(kinds)}"
        body = draw(bodies)
        cells.append(
            f"<c{attributes}>{body}</c>" if body else f"<c{attributes}{draw(st.sampled_from(['/>', ' />']))}"
        )
    opening = draw(
        st.sampled_from(
            [f'<row r="{number}">'] * 8
            + [f'<row r="{number}" spans="1:5" x14ac:dyDescent="0.25">', f'<row ht="15" r="{number}">', "<row>", f"<row r='{number}'>",
               f'<row r="{number - 1}" ht="9"/><row r="{number}">', f'<row r="{"9" * 5000}">', '<row r="0">']
        )
    )  # fmt: skip
    return f"{opening}{''.join(cells)}</row>"


@st.composite
def sheets(draw: st.DrawFn) -> str:
    between = st.sampled_from([""] * 30 + ["\n", "<!-- x -->", "<row/>"])
    body = "".join(draw(rows(2 * n)) + draw(between) for n in range(1, draw(st.integers(0, 6)) + 1))
    tail = draw(
        st.sampled_from([TAIL] * 12 + ["", "</sheetData>", TAIL + "<x>", '<row r="900"/>' * 9 + TAIL])
    )
    head = draw(
        st.sampled_from(
            [HEAD] * 12 + [HEAD.replace("UTF-8", "ISO-8859-1"), HEAD.replace("?>", "?><!DOCTYPE x>")]
        )
    )
    return head + body + tail


@given(sheets(), st.integers(1, 400))
@example(HEAD + '<row r="2"><c r="A2"><is><t>&nbsp;</t></is></c></row>' + TAIL, 1)
@example(HEAD + '<row r="2"><c r="A2"><f>"&#0;"</f><v>1</v></c></row>' + TAIL, 1)
def test_both_lanes_read_the_same(sheet: str, size: int) -> None:
    found, wanted = quick(sheet, size), exact(sheet)
    assert found == wanted


def test_a_sheet_of_odd_rows_goes_to_the_exact_parser_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_quick, "MOST_ODD", 3)
    body = "".join(f'<row r="{n}"><c r="A{n}"> <v>{n}</v> </c></row>' for n in range(1, 400))
    assert quick(HEAD + body + TAIL) == [(n, [str(n)]) for n in range(1, 400)]


def test_a_row_without_end_is_not_held_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_quick, "MOST_HELD", 2_000)
    long = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "x" * 9_000 + "</t></is></c></row>"
    assert quick(HEAD + long + TAIL) == [(1, ["x" * 9_000])]
    assert "cell='A1'" in str(quick(HEAD + long + TAIL, limits=Limits(cell_length=5_000)))


texts = st.lists(
    st.one_of(
        words.map("<si><t>{}</t></si>".format),
        words.map('<si><t xml:space="preserve">{}</t></si>'.format),
        words.map('<si><r><t>{}</t></r><rPh sb="0"><t>aside</t></rPh><r><t>b</t></r></si>'.format),
        st.sampled_from(["<si/>", "<si><t/></si>", "\n"]),
    ),
    max_size=12,
)


@given(texts, st.integers(1, 300))
def test_shared_texts_are_the_same_in_both_lanes(written: list[str], size: int) -> None:
    part = f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{MAIN}" count="9">{"".join(written)}</sst>'

    def read(by: object, data: Iterator[bytes]) -> list[str] | str:
        try:
            return by.read_texts(data)  # type: ignore[attr-defined, no-any-return]
        except TableUnreadable as error:
            return str(error)

    assert read(xlsx_quick, in_pieces(part.encode(), size)) == read(xlsx_exact, iter((part.encode(),)))
