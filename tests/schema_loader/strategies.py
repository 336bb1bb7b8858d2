"""Fields and cells for property tests: what real schemas declare, and texts near and far from what they accept."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schema_loader.compile import compile_descriptor

numbers = st.one_of(
    st.integers(-10**6, 10**6).map(str),
    st.decimals(allow_nan=True, allow_infinity=True, places=2).map(str),
    st.floats().map(repr),
    st.sampled_from(["1e3", "1E+3", ".5", "5.", "1_000", "1,5", "1 000", " 1 ", "+1", "007", "-0", "NaN", "Inf", "١٢", "12 €",
                     "1.2.3", "0x10", "1e999999999"]),
)  # fmt: skip
days = st.one_of(
    st.dates().map(str),
    st.sampled_from(["2020-1-1", "20200101", "2020-01-01 ", "01/02/2020", "2020-02-30", "2020-W01-1", "2020-001",
                     "12/03/24", "2020", "٢٠٢٠-01-01", "2020-01-01T00:00:00"]),
)  # fmt: skip
moments = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds") + "Z"),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.sampled_from(
        ["2020-01-01 10:00:00", "2020-01-01T10:00", "2020-01-01T24:00:00", "2020-01-01T10:00:00,5"]
    ),
)
clocks = st.one_of(
    st.times().map(lambda clock: clock.isoformat()),
    st.sampled_from(
        ["10:00", "10:00:00", "24:00:00", "10:00:00Z", "10:00:00+02:00", "1:00:00", "10:00:60", "10h00"]
    ),
)
structures = st.sampled_from(
    ["[]", "[1, 2]", '["a", "b"]', "{}", '{"a": 1}', "null", "1", '"a"', "[1", "2.35,48.85", "2.35, 48.85", "200,10",
     "[2.35, 48.85]", '{"lon": 2.35, "lat": 48.85}', '{"lon": 2.35}', "48.85", "1,2,3", "a,b", "x;y",
     '{"type": "Point", "coordinates": [1, 2]}', '{"type": "Feature", "geometry": null, "properties": {}}']
)  # fmt: skip
others = st.sampled_from(
    ["", " ", "NA", "-", "true", "True", "oui", "non", "1", "0", "2024", "0024", " 202", "+024", "2024-03", "2024-3", "2024-13",
     "P1Y", "PT1H", "P-1Y", "P1M1Y", "a@b.fr", "é@b.fr", "a@localhost", "http://x", "www.x.fr", "a:b", " a:b",
     "2bc1c94f-0deb-43e9-92a1-4775189ec9f8", "2bc1c94f0deb43e992a14775189ec9f8", "dGVzdA==", "dGVzdA", "12345678901234",
     "12345678901234\n", "axx", "b", "A1"]
)  # fmt: skip
cells = st.one_of(numbers, days, moments, clocks, structures, others, st.text(max_size=12))

TYPES: dict[str, list[dict[str, Any]]] = {
    "string": [{}, {"format": "email"}, {"format": "uri"}, {"format": "uuid"}, {"format": "binary"}],
    "number": [{}, {"decimalChar": ","}, {"groupChar": " "}, {"bareNumber": False}, {"decimalChar": ",", "groupChar": "."}],
    "integer": [{}, {"bareNumber": False}],
    "boolean": [{}, {"trueValues": ["oui", "1"], "falseValues": ["non", "0"]}],
    "date": [{}, {"format": "%d/%m/%Y"}, {"format": "%Y"}],
    "time": [{}, {"format": "%H:%M"}],
    "datetime": [{}, {"format": "%d/%m/%Y %H:%M"}],
    "year": [{}],
    "yearmonth": [{}],
    "duration": [{}],
    "array": [{}, {"arrayItem": {"type": "integer", "constraints": {"minimum": 2}}}, {"arrayItem": {"type": "string"}}],
    "list": [{}, {"delimiter": ";", "itemType": "integer"}],
    "object": [{}],
    "geopoint": [{}, {"format": "array"}, {"format": "object"}],
    "geojson": [{}],
    "any": [{}],
}  # fmt: skip
LIMITS: dict[str, list[Any]] = {
    "number": [0, "10.5", -3], "integer": [0, 100, -3], "date": ["2020-01-01", "2024-06-30"],
    "datetime": ["2020-01-01T00:00:00"], "time": ["10:00:00"], "year": [2000, "2024"], "yearmonth": ["2024-03"],
}  # fmt: skip
ENUMS: dict[str, list[Any]] = {
    "string": [["a", "b", "A1"], ["oui", "non"]], "number": [[0, "1.0", 12]], "integer": [[0, 1, "12"]], "boolean": [[True]],
    "date": [["2020-01-01", "2024-03-12"]], "year": [[2024, "2020"]], "array": [[[], [1, 2]]],
}  # fmt: skip
PATTERNS = [r"^\d{14}$", "a|b", "[a-z]+", r"\d{4}-\d{2}", "^W?[0-9]+$", ".*", r"\w+@\w+", "A1?"]
LENGTHS = {"string", "array", "object", "list"}


@st.composite
def fields(draw: st.DrawFn, name: str = "a") -> dict[str, Any]:
    """A sound field descriptor: whatever it declares, its type supports."""
    kind = draw(st.sampled_from(sorted(TYPES)))
    described: dict[str, Any] = {"name": name, "type": kind, **draw(st.sampled_from(TYPES[kind]))}
    rules: dict[str, Any] = {}
    plain = "format" not in described and "decimalChar" not in described and "trueValues" not in described
    if draw(st.booleans()):
        rules["required"] = draw(st.booleans())
    if kind == "string" and "format" not in described and draw(st.booleans()):
        rules["pattern"] = draw(st.sampled_from(PATTERNS))
    if kind in LENGTHS and draw(st.booleans()):
        rules[draw(st.sampled_from(["minLength", "maxLength"]))] = draw(st.integers(0, 14))
    if kind in LIMITS and plain and draw(st.booleans()):
        bound = draw(st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]))
        rules[bound] = draw(st.sampled_from(LIMITS[kind]))
    if kind in ENUMS and plain and not rules and draw(st.booleans()):
        rules["enum"] = draw(st.sampled_from(ENUMS[kind]))
    if rules:
        described["constraints"] = rules
    if draw(st.booleans()):
        described["missingValues"] = draw(st.sampled_from([["", "NA"], ["-"], []]))
    return described


NEAR = {
    "number": numbers, "integer": numbers, "year": numbers, "date": days, "datetime": moments, "time": clocks,
    "array": structures, "list": structures, "object": structures, "geopoint": structures, "geojson": structures,
}  # fmt: skip


@st.composite
def fields_and_cells(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """A field and a text that its type has a fair chance to accept."""
    described = draw(fields())
    samples = st.sampled_from(compile_descriptor({"fields": [described]}).fields[0].type.samples())
    return described, draw(st.one_of(samples, NEAR.get(described["type"], others), cells))
