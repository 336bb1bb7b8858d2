"""What each kind of damage becomes, kind by kind, as an import shows it."""

from __future__ import annotations

from typing import Any

import pytest

from schema_loader.compile import compile_descriptor
from schema_loader.messages.repairs import KINDS, repair_words
from schema_loader.repair import ColumnProposal, propose_cell, propose_column, second_look
from schema_loader.table_schema import TableSchema


def schema_of(*checks: str, **descriptor: Any) -> TableSchema:
    declared = [{"name": check, "params": {"column": "valeur"}} for check in checks]
    return compile_descriptor({"fields": [{"name": "valeur", **descriptor}], "custom_checks": declared})


def proposed(schema: TableSchema, *texts: str, **answers: str) -> dict[str, tuple[str, str]]:
    """Text → the group it is in and what it becomes (all readings where it asks)."""
    groups = propose_column(schema.fields[0], dict.fromkeys(texts, 1), schema, **answers)
    found = {text: (group.id, after) for group in groups for text, after in group.changes.items()}
    return found | {text: (group.id, " | ".join(r)) for group in groups for text, r in group.readings.items()}


DATE, NUMBER, WHOLE = schema_of(type="date"), schema_of(type="number"), schema_of(type="integer")
DAY_IN_TEXT = schema_of(constraints={"pattern": r"^\d{4}-\d{2}-\d{2}(\/\d{4}-\d{2}-\d{2})?$"})
YEARS = schema_of("year-interval-value")
BUDGET_YEAR = schema_of(title="Année du budget", constraints={"pattern": r"^\d{4}$"})
SHARE = schema_of(type="number", constraints={"minimum": 0, "maximum": 1})
SIRET, SIREN = schema_of("siret"), schema_of("siren")
SIRET_FORM = schema_of(constraints={"pattern": r"^\d{14}$"})
INSEE = schema_of(constraints={"pattern": r"^([013-9]\d|2[AB1-9])\d{3}$"})
RNA = schema_of(constraints={"pattern": r"^W\d{9}$"})
YES = schema_of(type="boolean", trueValues=["oui"], falseValues=["non"])
YES_LIST = schema_of(constraints={"enum": ["Oui", "Non", "Sans objet"]})
AID = schema_of(
    constraints={"enum": ["aide en numéraire", "aide en nature", "aide en numéraire;aide en nature"]}
)
SIGNS = schema_of(constraints={"enum": ["< 5 ans", "> 5 ans", "l’été", "autre"]})
COLOURS = schema_of(type="array", arrayItem={"constraints": {"enum": ["rouge", "vert", "bleu ciel"]}})
WORDS = schema_of(type="array")
MANY = schema_of(constraints={"pattern": "^(eau|gaz|fioul)(;(eau|gaz|fioul))*$"})
POINT = schema_of(type="geopoint")
IN_FRANCE = schema_of("french-gps-coordinates", type="geopoint")
URI, MAIL = schema_of(format="uri"), schema_of(format="email")
PHONE_FORM = schema_of(constraints={"pattern": r"^\+33\d{9}$"})
WEB_FORM = schema_of(constraints={"pattern": r"^https?://\S+$"})
COMMUNE, FANTOIR = schema_of("commune"), schema_of("code-fantoir")

CASES: list[tuple[TableSchema, str, str, str]] = [
    (DATE, " 2024-03-12\n", "spaces/safe", "2024-03-12"),
    (DATE, "\ufeff2024-03-12", "invisible/safe", "2024-03-12"),
    (DATE, "25/03/2024", "date-dmy/safe", "2024-03-25"),
    (DATE, "25.3.2024", "date-dmy/safe", "2024-03-25"),
    (DATE, "12.03.2024", "date-dmy/safe", "2024-03-12"),
    (DATE, "2024/3/12", "date-ymd/safe", "2024-03-12"),
    (DATE, "20240312", "date-compact/safe", "2024-03-12"),
    (DATE, "12 mars 2024", "date-words/safe", "2024-03-12"),
    (DATE, "1er AVRIL 2023", "date-words/safe", "2023-04-01"),
    (DATE, "mardi 12 août 2003", "date-words/safe", "2003-08-12"),
    (DATE, "12-févr.-24", "date-words/safe", "2024-02-12"),
    (DATE, "5 DEC 99", "date-words/safe", "1999-12-05"),
    (DATE, "March 12, 2024", "date-words/safe", "2024-03-12"),
    (DATE, "25/03/24", "date-dmy-short/safe", "2024-03-25"),
    (DATE, "45363", "date-serial/safe", "2024-03-12"),
    (DATE, "2024-03-12 00:00:00", "date-hour/safe", "2024-03-12"),
    (DATE, "2024-03-12T00:00:00Z", "date-hour/safe", "2024-03-12"),
    (DATE, "25/03/2024 00:00", "date-hour/safe", "2024-03-25"),
    (DATE, "25/03/2024 14:30", "date-hour/near", "2024-03-25"),
    (DATE, "03/25/2024", "date-mdy/near", "2024-03-25"),
    (DATE, "03/04/2024", "ask-date-order/ask", "2024-04-03 | 2024-03-04"),
    (DATE, "25/03/45", "ask-century/ask", "1945-03-25 | 2045-03-25"),
    (DATE, "NC", "empty-word/near", ""),
    (DATE, "#REF!", "beyond-error/beyond", ""),
    (schema_of(type="date", format="%d/%m/%Y"), "2024-03-12", "date-ymd/safe", "12/03/2024"),
    (schema_of(type="date", format="%Y"), "12/03/2024", "ask-date-order/ask", ""),
    (schema_of(type="datetime"), "25/03/2024 à 14h30", "date-dmy/safe", "2024-03-25T14:30:00"),
    (schema_of(type="datetime"), "45363,5", "date-serial/safe", "2024-03-12T12:00:00"),
    (schema_of(type="time"), "14h30", "time-spelling/safe", "14:30:00"),
    (schema_of(type="time"), "0,604166666", "date-serial/safe", "14:30:00"),
    (schema_of(type="year"), "2024.0", "number-zeros/safe", "2024"),
    (schema_of(type="year"), "25/03/2024", "year-of-day/near", "2024"),
    (schema_of(type="yearmonth"), "mars 2024", "month-spelling/safe", "2024-03"),
    (schema_of(type="yearmonth"), "3/2024", "month-spelling/safe", "2024-03"),
    (schema_of(type="yearmonth"), "25/03/2024", "month-of-day/near", "2024-03"),
    (DAY_IN_TEXT, "2017/09/08_2021/09/07", "date-interval/safe", "2017-09-08/2021-09-07"),
    (DAY_IN_TEXT, "du 25/01/2017 au 28/02/2017", "date-interval/safe", "2017-01-25/2017-02-28"),
    (DAY_IN_TEXT, "31/12/2017", "date-dmy/safe", "2017-12-31"),
    (YEARS, "2020-2024", "date-interval/safe", "2020/2024"),
    (BUDGET_YEAR, "45", "ask-century/ask", "1945 | 2045"),
    (schema_of(type="year"), "98", "year-short/near", "1998"),
    (BUDGET_YEAR, "26", "year-short/near", "2026"),
    (NUMBER, "12,5", "number-comma/safe", "12.5"),
    (NUMBER, "1 234,50", "number-thousands/safe", "1234.50"),
    (NUMBER, "1\u202f234\u00a0567", "number-thousands/safe", "1234567"),
    (NUMBER, "1.234.567,5", "number-thousands/safe", "1234567.5"),
    (NUMBER, "1'234.5", "number-thousands/safe", "1234.5"),
    (NUMBER, "1 234,50 €", "number-euro/safe", "1234.50"),
    (NUMBER, "12 EUR", "number-euro/safe", "12"),
    (NUMBER, "−5", "number-sign/safe", "-5"),
    (NUMBER, "12 m²", "number-unit/near", "12"),
    (NUMBER, "1,5E-05", "number-comma/near", "0.000015"),
    (NUMBER, "1,234", "ask-comma/ask", "1.234 | 1234"),
    (NUMBER, "1.234 €", "ask-point/ask", "1.234 | 1234"),
    (NUMBER, "80 %", "ask-percent/ask", "0.8 | 80"),
    (schema_of(type="number", decimalChar=","), "1 234.50", "number-thousands/safe", "1234,50"),
    (SHARE, "80,5 %", "number-percent/safe", "0.805"),
    (SHARE, "1 %", "number-percent/safe", "0.01"),
    (SHARE, "80", "number-percent/near", "0.8"),
    (WHOLE, "12.0", "number-zeros/safe", "12"),
    (WHOLE, "1.234", "number-thousands/safe", "1234"),
    (WHOLE, "1.000", "ask-point/ask", "1 | 1000"),
    (SIRET, "5520135 00012", "code-zeros/safe", "00552013500012"),
    (SIRET_FORM, "2175001600019", "code-zeros/near", "02175001600019"),
    (SIRET_FORM, "217 500 016 00019", "code-separators/safe", "21750001600019"),
    (SIRET_FORM, "21750001600019.0", "code-point-zero/safe", "21750001600019"),
    (SIRET_FORM, "21860194600000.0", "beyond-rounded/beyond", ""),
    (SIRET_FORM, "1,23E+13", "beyond-abbreviated/beyond", ""),
    (SIREN, "5520135", "code-zeros/safe", "005520135"),
    (INSEE, "1004", "code-zeros/safe", "01004"),
    (INSEE, "1004.0", "code-zeros/safe", "01004"),
    (INSEE, "2a004", "case/safe", "2A004"),
    (INSEE, '="01004"', "quotes/safe", "01004"),
    (INSEE, "'01004", "quotes/safe", "01004"),
    (RNA, "w123 456 789", "code-separators/safe", "W123456789"),
    (FANTOIR, "0780d", "case/safe", "0780D"),
    (YES, "Oui", "boolean-words/safe", "oui"), (YES, "x", "boolean-words/safe", "oui"),
    (YES, "VRAI", "boolean-words/safe", "oui"), (YES, "1", "boolean-words/safe", "oui"),
    (YES, "0.0", "boolean-words/safe", "non"), (YES, "N", "boolean-words/safe", "non"),
    (YES, "ok", "boolean-words/near", "oui"), (YES, "-", "empty-word/near", ""),
    (YES_LIST, "VRAI", "boolean-words/safe", "Oui"), (YES_LIST, "0", "boolean-words/safe", "Non"),
    (YES_LIST, "x", "boolean-words/near", "Oui"),
    (AID, "Aide en Numeraire", "enum-spelling/safe", "aide en numéraire"),
    (AID, "aide en numÃ©raire", "encoding/safe", "aide en numéraire"),
    (AID, "aide en nature\u00a0", "spaces/safe", "aide en nature"),
    (AID, "aide en numéraire / aide en nature", "enum-spelling/safe", "aide en numéraire;aide en nature"),
    (AID, "aide en natur", "enum-near/near", "aide en nature"),
    (AID, "Numéraire", "enum-near/near", "aide en numéraire"),
    (SIGNS, "l'ete", "enum-spelling/safe", "l’été"),
    (SIGNS, ">5 ans", "enum-near/near", "> 5 ans"),
    (COLOURS, "Rouge; VERT", "list-form/safe", '["rouge", "vert"]'),
    (COLOURS, "rouge\nbleu-ciel", "list-form/safe", '["rouge", "bleu ciel"]'),
    (COLOURS, "rouge / vert", "list-form/safe", '["rouge", "vert"]'),
    (COLOURS, "rouge, vret", "list-near/near", '["rouge", "vert"]'),
    (COLOURS, "['rouge', 'vert']", "list-form/safe", '["rouge", "vert"]'),
    (WORDS, "rouge;vert", "list-form/safe", '["rouge", "vert"]'),
    (WORDS, "12 rue du Lac, Annecy", "list-near/near", '["12 rue du Lac", "Annecy"]'),
    (MANY, "Eau, gaz", "list-form/safe", "eau;gaz"),
    (POINT, "2,3522 ; 48,8566", "point-form/safe", "2.3522,48.8566"),
    (POINT, "lat: 48.85, lon: 2.35", "point-form/safe", "2.35,48.85"),
    (POINT, "48.8566;2.3522", "ask-axes/ask", "2.3522,48.8566 | 48.8566,2.3522"),
    (IN_FRANCE, "48.8566,2.3522", "ask-axes/ask", "2.3522,48.8566 | 48.8566,2.3522"),
    (URI, "www.exemple.fr/a", "url-scheme/safe", "https://www.exemple.fr/a"),
    (WEB_FORM, "exemple.fr", "url-scheme/safe", "https://exemple.fr"),
    (MAIL, "mailto:nom@exemple.fr", "email-form/safe", "nom@exemple.fr"),
    (MAIL, "Jean Dupont <nom@exemple.fr>", "email-form/safe", "nom@exemple.fr"),
    (MAIL, "nom @ exemple.fr;", "email-form/safe", "nom@exemple.fr"),
    (MAIL, "nom(at)exemple.fr", "email-form/near", "nom@exemple.fr"),
    (PHONE_FORM, "01 42 76 40 40", "phone-form/safe", "+33142764040"),
    (schema_of(constraints={"pattern": r"^0\d{9}$"}), "142764040", "code-zeros/safe", "0142764040"),
    (COMMUNE, "SAINT ETIENNE", "enum-spelling/safe", "Saint-Étienne"),
    (COMMUNE, "AZERAT", "enum-near/near", "Azerat"),  # Azerat and Azérat are two communes
    (COMMUNE, "Pariss", "enum-near/near", "Paris"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "text", "group", "after"), CASES)
def test_a_text_becomes_what_it_was_meant_to_be(
    schema: TableSchema, text: str, group: str, after: str
) -> None:
    found = proposed(schema, text)
    if after or group.startswith(("empty", "beyond")):
        assert found == {text: (group, after)}
    else:
        assert [kind for kind, _ in found.values()] != [group]


@pytest.mark.parametrize(("schema", "text"), [
    (DATE, "31/02/2024"), (DATE, "2024"), (DATE, "03/2024"), (DATE, "12/03/2024 et 15/03/2024"), (DATE, "99999"),
    (DATE, "2024-03-11T23:00:00Z"),  # the evening before, or the day after: only its zone would tell
    (NUMBER, "12 34"), (NUMBER, "12 k€"), (NUMBER, "12 ou 13"), (WHOLE, "12,5"), (WHOLE, "1,23"),
    (SIRET, "21750001600018"), (INSEE, "1001.5"), (AID, "prêt"), (SIGNS, "5 ans"),
    (YEARS, "126"), (BUDGET_YEAR, "1"), (BUDGET_YEAR, "026"),
    (schema_of(constraints={"maxLength": 5}), "Aide à la création"), (schema_of(constraints={"required": True}), ""),
    (schema_of(type="date", constraints={"required": True}), "NC"), (MAIL, "a@b.fr, c@d.fr"), (URI, "voir le site"),
    (COLOURS, "rouge;mauve"), (POINT, "Paris"),
])  # fmt: skip
def test_nothing_is_proposed_where_nothing_is_sure(schema: TableSchema, text: str) -> None:
    assert propose_column(schema.fields[0], {text: 1}, schema) == []
    assert propose_cell(schema.fields[0], text, schema) is None


def test_every_kind_is_met_above_or_has_no_words() -> None:
    met = {group.partition("/")[0] for _, _, group, _ in CASES}
    elsewhere = {"axes-swapped", "date-mdy-short", "date-ymd-short", "typography", "point-swapped"}
    assert met | elsewhere == set(KINDS)


# -- what the column tells ----------------------------------------------------------------------------------------


def test_the_euro_may_be_a_sign_or_a_word() -> None:
    (group,) = propose_column(NUMBER.fields[0], {"50 000 euros": 7}, NUMBER)
    assert repair_words(group, "en").title == "7 amounts written with the euro sign or word"
    title = repair_words(group).title.replace("\xa0", " ")
    assert title == "7 montants écrits avec le signe ou le mot « euro »"


def test_one_day_above_twelve_tells_that_the_day_comes_first() -> None:
    found = proposed(DATE, "03/04/2024", "25/12/2023", "01/02/24")
    assert found["03/04/2024"] == ("date-dmy/safe", "2024-04-03")
    assert found["01/02/24"] == ("date-dmy-short/safe", "2024-02-01")


def test_the_month_comes_first_only_where_several_texts_can_mean_nothing_else() -> None:
    assert proposed(DATE, "03/04/2024", "12/25/2023")["03/04/2024"][0] == "ask-date-order/ask"
    found = proposed(DATE, "03/04/2024", "12/25/2023", "12/26/2023", "12/27/2023")
    assert found["03/04/2024"] == ("date-mdy/safe", "2024-03-04")
    assert proposed(DATE, "03/04/2024", "12/25/2023", "12/26/2023", "12/27/2023", "13/01/2024")["03/04/2024"][
        0
    ] == ("ask-date-order/ask")


def test_a_year_in_the_first_place_tells_that_it_comes_first() -> None:
    found = proposed(DATE, "99/03/25", "98/12/31", "97/10/14", "01/02/03")
    assert found["01/02/03"] == ("date-ymd-short/safe", "2001-02-03")


def test_bounds_settle_what_the_order_leaves_open() -> None:
    bounded = schema_of(type="date", constraints={"minimum": "2024-04-01"})
    assert proposed(bounded, "03/04/2024") == {"03/04/2024": ("date-dmy/safe", "2024-04-03")}


def test_answers_are_followed() -> None:
    assert proposed(DATE, "03/04/2024", date_order="mdy") == {"03/04/2024": ("date-mdy/safe", "2024-03-04")}
    assert proposed(DATE, "03/04/45", date_order="dmy", century="2000") == {
        "03/04/45": ("date-dmy-short/safe", "2045-04-03")
    }
    assert proposed(NUMBER, "1,234", comma="thousands") == {"1,234": ("number-thousands/safe", "1234")}
    assert proposed(POINT, "48.8566;2.3522", axes="keep") == {
        "48.8566;2.3522": ("point-form/safe", "48.8566,2.3522")
    }
    assert proposed(IN_FRANCE, "48.8566,2.3522", axes="swap") == {
        "48.8566,2.3522": ("point-swapped/safe", "2.3522,48.8566")
    }
    assert proposed(IN_FRANCE, "48.8566,2.3522", axes="keep") == {}


def test_a_comma_before_other_than_three_digits_is_decimal_in_the_whole_column() -> None:
    assert proposed(NUMBER, "1,234", "12,5")["1,234"] == ("number-comma/safe", "1.234")
    assert proposed(NUMBER, "1,234", "1,234.5")["1,234"] == ("number-thousands/safe", "1234")


def test_a_short_code_is_doubted_in_a_column_that_kept_its_zeros() -> None:
    assert proposed(INSEE, "7500", "01004")["7500"] == ("code-zeros/near", "07500")


def test_rounded_numbers_cast_doubt_on_their_column() -> None:
    found = proposed(SIRET_FORM, "38058767500000.0", "38058767500100.0", "21750001600019.0")
    assert found["38058767500100.0"][0] == "beyond-rounded/beyond"
    assert found["21750001600019.0"][0] == "code-point-zero/safe"


# -- groups -------------------------------------------------------------------------------------------------------


def test_a_group_counts_cells_and_texts_and_shows_the_most_frequent() -> None:
    counts = {f"{day}/03/2024": day for day in range(13, 25)} | {"2024-01-01": 900, "12 mars 2024": 1}
    dmy, words = propose_column(DATE.fields[0], counts)
    assert (dmy.kind, dmy.cells, dmy.texts, len(dmy.samples)) == ("date-dmy", sum(range(13, 25)), 12, 5)
    assert (dmy.samples[0].before, dmy.samples[0].after, dmy.samples[0].cells) == (
        "24/03/2024",
        "2024-03-24",
        24,
    )
    assert (words.kind, words.cells) == ("date-words", 1)


def test_a_question_shows_what_each_answer_makes_of_the_column() -> None:
    (group,) = propose_column(DATE.fields[0], {"03/04/2024": 7, "05/06/2024": 2})
    assert group.question is not None
    assert group.question.name == "date_order"
    shown = {choice.answer: [sample.after for sample in choice.samples] for choice in group.question.choices}
    assert shown == {"dmy": ["2024-04-03", "2024-06-05"], "mdy": ["2024-03-04", "2024-05-06"]}


def test_a_form_reads_a_date_as_people_write_it_and_names_the_other_reading() -> None:
    proposal = propose_cell(DATE.fields[0], "03/04/2024")
    assert proposal is not None
    assert (proposal.kind, proposal.after, proposal.others) == ("date-dmy", "2024-04-03", ("2024-03-04",))


# -- a second look ------------------------------------------------------------------------------------------------


def doubted(schema: TableSchema, *texts: str, **answers: str) -> list[ColumnProposal]:
    return second_look(schema.fields[0], dict.fromkeys(texts, 1), schema, **answers)


@pytest.mark.parametrize(("schema", "texts", "group", "changes"), [
    (schema_of(), ["CrÃ©ation", "Création"], "doubt-encoding/near", {"CrÃ©ation": "Création"}),
    (schema_of(), ["lâ€™art", "Ã  lâ€™Ã©tÃ©"], "doubt-encoding/near", {"lâ€™art": "l’art", "Ã  lâ€™Ã©tÃ©": "à l’été"}),
    (schema_of(), [" a", "b"], "doubt-spaces/near", {" a": "a"}),
    (schema_of(), ["a\u00ad", "b"], "doubt-invisible/near", {"a\u00ad": "a"}),
    (NUMBER, ["1.234,50", "12.000"], "doubt-number-thousands/near", {"12.000": "12000"}),
    (SIREN, ["90111659.0"], "doubt-code-point-zero/near", {"90111659.0": "090111659"}),
    (SIRET_FORM, ["21860194600000"], "doubt-beyond-rounded/beyond", {}),
    (NUMBER, ["12.000"], "doubt-ask-point/ask", {}),
    (POINT, ["48.85,2.35"], "doubt-ask-axes/ask", {}),
    (schema_of(type="date", format="any"), ["01/02/2024"], "doubt-ask-date-order/ask", {}),
    (schema_of(type="date", format="any"), ["01.02.2024"], "doubt-date-dmy/near", {"01.02.2024": "2024-02-01"}),
])  # fmt: skip
def test_valid_cells_that_look_wrong_are_shown_apart(
    schema: TableSchema, texts: list[str], group: str, changes: dict[str, str]
) -> None:
    (found,) = doubted(schema, *texts)
    assert (found.id, dict(found.changes)) == (group, changes)


@pytest.mark.parametrize(("schema", "texts"), [
    (schema_of(), ["Création", "NÃO", "12.0", "l’été", "Â", "À la «carte»"]), (NUMBER, ["1.234", "12.5"]), (NUMBER, ["12", "0.125"]),
    (POINT, ["2.35,48.85", "150.1,-33.2"]), (SIRET_FORM, ["21750001600019"]), (AID, ["aide en nature"]),
])  # fmt: skip
def test_what_looks_right_is_not_doubted(schema: TableSchema, texts: list[str]) -> None:
    assert doubted(schema, *texts) == []


def test_a_doubt_takes_an_answer() -> None:
    (swapped,) = doubted(POINT, "48.85,2.35", axes="swap")
    assert (swapped.id, dict(swapped.changes)) == ("doubt-point-swapped/near", {"48.85,2.35": "2.35,48.85"})
    assert doubted(POINT, "48.85,2.35", axes="keep") == []
    (thousands,) = doubted(NUMBER, "12.000", point="thousands")
    assert dict(thousands.changes) == {"12.000": "12000"}
