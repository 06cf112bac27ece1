"""What a metric declares: parameters, parts and the declaration as a whole."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radeval.core.errors import ParameterError
from radeval.core.info import EmptyRules, MetricInfo, Parameter, Part, Properties
from radeval.core.registry import METRICS, metric_info

TEXT = Parameter("judge", "str", "rules", "who judges")
CHOICE = Parameter("preset", "str", "coco", "which", choices=("coco", "r2gen"))
WHOLE = Parameter("n", "int", 4, "order", minimum=1, maximum=4)
NUMBER = Parameter("beta", "float", 1.0, "weight", minimum=0)
FREE = Parameter("bias", "float", 0.0, "shift")
SWITCH = Parameter("stem", "bool", True, "whether")
PATH = Parameter("df", "path", None, "a file")

INFO = MetricInfo(
    name="toy",
    version=1,
    summary="a toy",
    main="toy",
    direction="higher",
    range=(0.0, 1.0),
    citation="nobody",
    empty=EmptyRules(candidate=0.0, reference="computed", both="unscored"),
    parts=(Part("precision", "share"), Part("errors", "count", "lower", (0.0, None))),
    parameters=(TEXT, CHOICE, WHOLE, NUMBER, SWITCH, PATH),
    properties=Properties(symmetric=True, clinical=True),
    needs=("WordNet",),
    tuned_on=("somewhere",),
)


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (TEXT, "openai/gpt", "openai/gpt"),
        (CHOICE, "r2gen", "r2gen"),
        (WHOLE, "1", 1),
        (WHOLE, "4", 4),
        (NUMBER, "0", 0.0),
        (NUMBER, "1e3", 1000.0),
        (FREE, "-2.5", -2.5),
        (SWITCH, "true", True),
        (SWITCH, "False", False),
        (PATH, "/a b/c.csv", "/a b/c.csv"),
    ],
)
def test_a_text_becomes_a_value_of_the_declared_type(parameter, text, value):
    found = parameter.parse(text, "here")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (TEXT, ""), (PATH, ""), (CHOICE, "Coco"), (CHOICE, ""), (WHOLE, ""), (WHOLE, "2.0"), (WHOLE, "x"),
        (WHOLE, "0"), (WHOLE, "5"), (WHOLE, "-1"), (WHOLE, "9" * 5000), (NUMBER, "x"), (NUMBER, "-0.1"),
        (NUMBER, "nan"), (NUMBER, "inf"), (FREE, "nan"), (FREE, "-inf"), (FREE, "1e999"), (SWITCH, "yes"),
        (SWITCH, "1"), (SWITCH, ""),
    ],
)  # fmt: skip
def test_a_text_that_is_no_allowed_value_is_refused_with_the_place(parameter, text):
    with pytest.raises(ParameterError) as caught:
        parameter.parse(text, "metric 'toy'")
    assert caught.value.where == "metric 'toy'"
    assert parameter.name in caught.value.message


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (TEXT, 1), (TEXT, None), (TEXT, b"rules"), (CHOICE, "other"), (WHOLE, True), (WHOLE, 2.0), (WHOLE, "2"),
        (NUMBER, True), (NUMBER, "1"), (NUMBER, math.nan), (NUMBER, math.inf), (SWITCH, 1), (SWITCH, "true"),
        (PATH, 3), (PATH, ""),
    ],
)  # fmt: skip
def test_a_value_of_another_type_or_out_of_range_is_refused(parameter, value):
    with pytest.raises(ParameterError):
        parameter.check(value, "here")


@pytest.mark.parametrize(
    ("parameter", "value", "hint"),
    [
        (WHOLE, 5, "from 1 to 4"),
        (NUMBER, -1.0, "at least 0"),
        (Parameter("layer", "int", None, "any", minimum=1), 0, "at least 1"),
        (Parameter("share", "float", None, "any", maximum=1), 2.0, "at most 1"),
        (Parameter("share", "float", None, "any"), math.inf, "a finite number"),
    ],
)
def test_what_is_out_of_range_is_told_the_bounds_that_there_are(parameter, value, hint):
    with pytest.raises(ParameterError) as caught:
        parameter.check(value, "here")
    assert caught.value.hint == hint


def test_the_default_is_always_allowed_even_where_it_is_none():
    for parameter in INFO.parameters:
        parameter.check(parameter.default, "here")


def test_a_whole_number_stands_for_a_float():
    NUMBER.check(2, "here")


@given(st.sampled_from([FREE, SWITCH, TEXT, Parameter("k", "int", 0, "any")]), st.data())
@settings(deadline=None)
def test_a_value_is_read_back_from_its_text(parameter, data):
    kinds = {"float": st.floats(allow_nan=False, allow_infinity=False), "bool": st.booleans(), "int": st.integers()}
    value = data.draw(kinds.get(parameter.kind, st.text(min_size=1)))
    found = parameter.parse(parameter.format(value), "here")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "change",
    [
        {"parts": (Part("toy", "as the main value"),)},
        {"parts": (Part("p", "one"), Part("p", "two"))},
        {"parts": (Part("status", "would be taken for the status column"),)},
        {"parts": (Part("a/b", "would be taken for a part of a part"),)},
        {"range": (1.0, 0.0)},
        {"range": (1.0, 1.0)},
        {"multi_reference": "native", "multi_reference_rule": ""},
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(change):
    with pytest.raises(ValueError, match="toy"):
        replace(INFO, **change)


@pytest.mark.parametrize(
    ("direction", "bounds", "worst", "best"),
    [
        ("higher", (0.0, 1.0), 0.0, 1.0),
        ("lower", (0.0, None), None, 0.0),
        ("lower", (0.0, 5.0), 5.0, 0.0),
        ("higher", (None, None), None, None),
    ],
)
def test_worst_and_best_follow_the_direction(direction, bounds, worst, best):
    info = replace(INFO, direction=direction, range=bounds)
    assert (info.worst, info.best) == (worst, best)


def _stored(info):
    return json.loads(json.dumps(asdict(info), allow_nan=False))


@pytest.mark.parametrize("info", [INFO, *map(metric_info, METRICS)], ids=lambda info: info.name)
def test_a_declaration_comes_back_from_json(info):
    assert MetricInfo.from_dict(_stored(info)) == info


@pytest.mark.parametrize(
    "place",
    [(), ("parts", 0), ("parameters", 0), ("empty",), ("properties",)],
    ids=["info", "part", "parameter", "empty rules", "properties"],
)
def test_a_declaration_of_a_newer_version_with_further_fields_is_read(place):
    stored = _stored(INFO)
    changed = stored
    for key in place:
        changed = changed[key]
    changed["added_later"] = "something"
    assert MetricInfo.from_dict(stored) == INFO


def test_a_declaration_of_an_older_version_without_optional_fields_is_read():
    stored = _stored(INFO)
    for name in ("notes", "tuned_on", "languages", "aggregate"):
        del stored[name]
    assert MetricInfo.from_dict(stored).parts == INFO.parts
