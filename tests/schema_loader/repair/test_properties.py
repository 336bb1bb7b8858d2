"""What holds for every repair of every column: its result is valid, a valid cell is let be, mending twice is mending once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_loader.compile import compile_descriptor, compile_schema
from schema_loader.field import Field
from schema_loader.messages import proposal_words, repair_words
from schema_loader.repair import (
    ANSWERS,
    ColumnProposal,
    apply,
    mender,
    propose_cell,
    propose_column,
    second_look,
    spelling,
)
from schema_loader.repair.rule import rule_of
from schema_loader.table_schema import TableSchema
from tests.corpus import corpus_files, needs_corpus
from tests.schema_loader.message_checks import LANGUAGES
from tests.schema_loader.strategies import cells, fields_and_cells

MESSY = st.one_of(
    cells,
    st.sampled_from([
        "12/03/2024", "03/25/2024", "1/2/45", "12 mars 2024", "1er avril 23", "45363", "45363.0", "2024-03-12 00:00:00", "12/03/2024 14:30",
        "2017-01-01_2017-12-31", "1 234,50 €", "1.234", "1,234", "1.234,5", "1\u202f234", "80 %", "12 m²", "−5", "1,23E+13", "1.0", "1.000",
        "1004", "21860194600000.0", "217 500 016 00019", '="01004"', "'01004", "Oui", "x", "VRAI", "rouge;vert", "a, b", "['a', 'b']",
        "www.x.fr", "mailto:a@b.fr", "Jean <a@b.fr>", "01.42.76.40.40", "+33 1 42 76 40 40", "48,8566;2,3522", "48.85 2.35", "NC", "-", "#REF!",
        "numÃ©raire", "Ã ", "a\u200db", "\ufeffa", " a ", "a\n", "’", "14h30", "0.5", "mars-24", "03/2024", "2 024", "\x00", "\ud800", "1" * 30,
    ]),
    st.text(max_size=8).map(lambda text: f"{text};{text}"),
    st.builds(str.__add__, cells, st.sampled_from([" ", "\u00a0", "\n", "\u200b", " €", "%", ".0", ",5", ";"])),
)  # fmt: skip
COLUMNS = st.dictionaries(MESSY, st.integers(1, 5), min_size=1, max_size=12)


def check_column(
    field: Field, counts: dict[str, int], context: TableSchema | None = None
) -> list[ColumnProposal]:
    """Assert what holds for the proposals of any column."""
    rule = rule_of(field, context)
    groups = propose_column(field, counts, context)
    assert len({group.id for group in groups}) == len(groups)
    seen: list[str] = []
    for group in groups:
        texts = [*group.changes, *group.readings]
        seen += texts
        assert group.texts == len(texts)
        assert group.cells == sum(counts[text] for text in texts)
        assert (group.status == "ask") == (group.question is not None)
        assert bool(group.changes) == (group.status in ("safe", "near"))
        for text, after in group.changes.items():
            assert not rule.accepts(text)
            assert rule.accepts(after)
            assert after != text
            assert apply(group, after) == after
        for text, readings in group.readings.items():
            assert not rule.accepts(text)
            assert all(rule.accepts(after) or after == text for after in readings)
        for lang in LANGUAGES:
            assert repair_words(group, lang).title
        again = ColumnProposal.from_json(json.loads(json.dumps(group.to_json(with_changes=True))))
        assert again == group
        assert ColumnProposal.from_json(group.to_json()).changes == {}
    assert len(seen) == len(set(seen))
    check_replay(field, counts, groups, context)
    return groups


def check_replay(
    field: Field, counts: dict[str, int], groups: list[ColumnProposal], context: TableSchema | None
) -> None:
    """Groups that were kept without their texts mend the column as they did; once mended, nothing more is proposed."""
    kept = [ColumnProposal.from_json(group.to_json()) for group in groups]
    mend = mender(field, kept, context)
    mended: dict[str, int] = {}
    for text, number in counts.items():
        after = text
        for group in groups:
            after = apply(group, after)
        assert mend(text) == after
        assert mend(after) == after
        mended[after] = mended.get(after, 0) + number
    left = {text for group in propose_column(field, mended, context) for text in group.changes}
    assert not left & {after for group in groups for after in group.changes.values()}


@given(fields_and_cells(), COLUMNS)
def test_repairs_are_valid_kept_and_done_once(
    pair: tuple[dict[str, Any], str], counts: dict[str, int]
) -> None:
    descriptor, text = pair
    check_column(compile_descriptor({"fields": [descriptor]}).fields[0], {text: 1, **counts})


@given(fields_and_cells(), MESSY)
def test_a_form_proposes_what_is_valid_and_lets_valid_cells_be(
    pair: tuple[dict[str, Any], str], messy: str
) -> None:
    descriptor, text = pair
    field = compile_descriptor({"fields": [descriptor]}).fields[0]
    for typed in (text, messy):
        proposal = propose_cell(field, typed)
        if not field.read(typed)[1]:
            assert proposal is None
        elif proposal is not None:
            assert all(
                not field.read(after)[1] and after != typed for after in (proposal.after, *proposal.others)
            )
            assert (proposal.status == "ask") == bool(proposal.others)
            assert all(proposal_words(proposal, lang) for lang in LANGUAGES)
            json.dumps(proposal.to_json())
        meant = spelling(field, typed)
        assert meant is None or field.read(meant)[0] is not None


@given(fields_and_cells(), COLUMNS)
def test_an_answer_settles_its_question(pair: tuple[dict[str, Any], str], counts: dict[str, int]) -> None:
    field = compile_descriptor({"fields": [pair[0]]}).fields[0]
    for group in propose_column(field, counts):
        if group.question is not None:
            for choice in group.question.choices:
                answered = propose_column(field, counts, **{group.question.name: choice.answer})
                assert group.question.name not in [
                    g.question.name for g in answered if g.question is not None
                ]
                changes = {text: after for g in answered for text, after in g.changes.items()}
                for sample in choice.samples:
                    waiting = any(sample.before in g.readings for g in answered)
                    left = changes.get(sample.before, sample.before)
                    assert waiting or left == sample.after or left in group.readings[sample.before]


@given(fields_and_cells(), COLUMNS)
def test_a_second_look_is_at_valid_cells_and_never_sure(
    pair: tuple[dict[str, Any], str], counts: dict[str, int]
) -> None:
    field = compile_descriptor({"fields": [pair[0]]}).fields[0]
    for group in second_look(field, counts):
        assert group.status != "safe"
        assert group.kind.startswith("doubt-")
        for text, after in group.changes.items():
            assert not field.read(text)[1]
            assert not field.read(after)[1]
            assert mender(field, [group])(text) == after
        assert repair_words(group).title


def test_an_answer_to_no_question_is_refused() -> None:
    field = compile_descriptor({"fields": [{"name": "a", "type": "date"}]}).fields[0]
    for answers in ({"date_order": "dym"}, {"colour": "blue"}):
        with pytest.raises(ValueError, match="no such answer"):
            propose_column(field, {"x": 1}, **answers)


def test_every_question_has_words() -> None:
    from schema_loader.messages.repairs import QUESTIONS

    assert {name: tuple(labels) for name, (_, labels) in QUESTIONS.items()} == dict(ANSWERS)


SCHEMAS = [compile_schema(path.read_bytes()) for path in corpus_files("schemas/*.json")]


@needs_corpus
@given(data=st.data())
def test_the_same_holds_for_the_columns_of_real_schemas(data: st.DataObject) -> None:
    schema = data.draw(st.sampled_from(SCHEMAS))
    field = data.draw(st.sampled_from(schema.fields))
    near = st.one_of(MESSY, st.sampled_from(field.examples() or ("",)).map(str.upper), *(
        [st.sampled_from(field.choices).map(str.lower)] if field.choices else []
    ))  # fmt: skip
    counts = data.draw(st.dictionaries(near, st.integers(1, 3), min_size=1, max_size=8))
    check_column(field, counts, schema)
