"""The arguments of radeval.score: what is accepted, and what is refused by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import radeval
from radeval.core.errors import (
    ColumnError,
    DuplicateIdError,
    EmptyIdError,
    EmptyTableError,
    InputError,
    SpecError,
    TextError,
    UnknownMetricError,
    UsageError,
)
from radeval.core.example import Context
from radeval.core.registry import PRESETS
from radeval.run.arguments import examples_from_arguments

TEXTS = ["The heart is enlarged.", "Clear lungs."]
OTHERS = ["Heart size is normal.", "The lungs are clear."]


def refused(error, match, *args, **kwargs):
    with pytest.raises(error, match=match) as caught:
        radeval.score(*args, **kwargs)
    assert type(caught.value) is error
    return caught.value


@pytest.mark.parametrize(
    ("candidates", "references", "where"),
    [
        ("one text", TEXTS, "candidates"),
        (TEXTS, "one text", "references"),
        (b"bytes", TEXTS, "candidates"),
        ({"a": "text"}, TEXTS, "candidates"),
        (TEXTS, dict(enumerate(TEXTS)), "references"),
        (3, TEXTS, "candidates"),
        (None, TEXTS, "candidates"),
        (np.array("zero dimensions"), TEXTS, "candidates"),
    ],
)
def test_what_is_no_sequence_of_texts_is_refused_by_the_name_of_the_argument(candidates, references, where):
    assert refused(InputError, where, candidates, references, "rouge").where == where


def test_a_data_frame_is_no_sequence_of_texts():
    frame = pd.DataFrame({"report": TEXTS})
    with pytest.raises(InputError):
        radeval.score(frame, frame, "rouge")


def test_a_set_is_no_sequence_of_texts():
    with pytest.raises(InputError):
        radeval.score(set(TEXTS), OTHERS, "rouge")


@pytest.mark.parametrize("name", ["references", "ids", "groups", "systems", "contexts"])
def test_an_argument_of_another_length_is_refused_with_both_lengths(name):
    arguments = {"references": OTHERS, name: ["x"] if name != "contexts" else [None]}
    error = refused(InputError, "1 entries.*2", TEXTS, metrics="rouge", **arguments)
    assert error.where == name


@pytest.mark.parametrize("empty", [[], (), pd.Series([], dtype=str), np.array([])])
def test_nothing_to_score_is_an_error(empty):
    refused(EmptyTableError, "nothing", empty, [], "rouge")


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, np.nan, 3, b"bytes", ["list"], np.array(["array"])])
def test_a_candidate_that_is_no_text_is_refused_with_its_place(value):
    error = refused(TextError, "not a text", ["text", value], OTHERS, "rouge")
    assert error.where == "candidates[1]"
    assert error.hint


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, 3, b"bytes", {"a": "b"}])
def test_a_reference_that_is_no_text_is_refused_with_its_place(value):
    assert refused(TextError, "not a text", TEXTS, ["text", value], "rouge").where == "references[1]"


def test_one_of_several_references_that_is_no_text_is_refused_with_its_place():
    assert refused(TextError, "not a text", TEXTS, ["text", ["a", None]], "rouge").where == "references[1][1]"


def test_a_candidate_without_any_reference_is_refused():
    assert refused(InputError, "no reference", TEXTS, ["text", []], "rouge").where == "references[1]"


def test_ids_that_repeat_are_refused_with_both_places():
    error = refused(DuplicateIdError, "'a'", TEXTS, OTHERS, "rouge", ids=["a", "a"])
    assert "ids[0]" in error.where
    assert "ids[1]" in error.where


def test_one_id_may_stand_once_for_each_system():
    assert radeval.score(TEXTS, OTHERS, "rouge", ids=["a", "a"], systems=["x", "y"]).ids == ["a", "a"]
    refused(DuplicateIdError, "'a'", TEXTS, OTHERS, "rouge", ids=["a", "a"], systems=["x", "x"])


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_id_is_refused(empty):
    assert refused(EmptyIdError, "empty", TEXTS, OTHERS, "rouge", ids=["a", empty]).where == "ids[1]"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_id_is_refused_and_not_named_nan(missing):
    with pytest.raises(InputError):
        radeval.score(TEXTS, OTHERS, "rouge", ids=["a", missing])


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_examples_without_a_group_are_groups_of_their_own(missing):
    result = radeval.score(TEXTS * 2, OTHERS * 2, "rouge", ids=list("abcd"), groups=["g", missing, missing, "g"])
    assert result.groups == ["g", "b", "c", "g"]


def test_an_empty_group_is_the_id():
    assert radeval.score(TEXTS, OTHERS, "rouge", ids=["a", "b"], groups=["g", ""]).groups == ["g", "b"]


def test_a_missing_system_is_no_system_called_none():
    assert radeval.score(TEXTS, OTHERS, "rouge", systems=[None, None]).systems == ["", ""]


def test_ids_are_counted_from_zero_where_there_are_none_and_whole_numbers_become_texts():
    assert radeval.score(TEXTS, OTHERS, "rouge").ids == ["0", "1"]
    assert radeval.score(TEXTS, OTHERS, "rouge", ids=[7, np.int64(8)]).ids == ["7", "8"]


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda texts: np.array(texts, dtype=object),
        pd.Series,
        lambda texts: pd.Series(texts, index=[7, 3]),
        lambda texts: pd.Series(texts, dtype="string"),
        pd.Index,
    ],
)
def test_every_usual_sequence_of_texts_gives_the_same_result(make):
    expected = radeval.score(TEXTS, OTHERS, "rouge", ids=["a", "b"], n_boot=20)
    found = radeval.score(make(TEXTS), make(OTHERS), "rouge", ids=make(["a", "b"]), groups=make(["a", "b"]), n_boot=20)
    assert found.table() == expected.table()
    assert (found.ids, found.groups) == (expected.ids, expected.groups)
    assert found.aggregates == expected.aggregates
    assert found.data_digest == expected.data_digest
    assert found.to_json()


def test_several_references_may_stand_in_any_sequence():
    lists = [["The heart is enlarged.", "Cardiomegaly."], ["Clear lungs."]]
    expected = radeval.score(TEXTS, lists, "rouge").table()
    for make in (tuple, np.array, pd.Series):
        assert radeval.score(TEXTS, [make(texts) for texts in lists], "rouge").table() == expected
    assert radeval.score(TEXTS, pd.Series(lists), "rouge").table() == expected


def test_a_context_is_given_as_a_mapping_or_as_one_and_may_be_missing():
    given = [{"age": 62.0, "sex": "female"}, None]
    first, second = examples_from_arguments(TEXTS, OTHERS, contexts=given)
    assert first.context == Context(age=62.0, sex="female")
    assert second.context == Context()
    assert examples_from_arguments(TEXTS, OTHERS, contexts=[Context(modality="ct"), {}])[0].context.modality == "ct"


def test_what_is_no_context_is_refused():
    assert refused(InputError, "no context", TEXTS, OTHERS, "rouge", contexts=[None, "female"]).where == "contexts[1]"
    error = refused(ColumnError, "'agee'", TEXTS, OTHERS, "rouge", contexts=[{"agee": 3}, None])
    assert "age" in error.hint


def test_arguments_are_left_as_they_were():
    candidates, references = list(TEXTS), [["a"], ["b", "c"]]
    radeval.score(candidates, references, "quick")
    assert candidates == TEXTS
    assert references == [["a"], ["b", "c"]]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"sections": "finding"}, UsageError),
        ({"seed": -1}, UsageError),
        ({"n_boot": -1}, UsageError),
        ({"max_unscored": 1.1}, UsageError),
        ({"max_unscored": -0.1}, UsageError),
        ({"max_unscored": float("nan")}, UsageError),
        ({"overwrite": True}, UsageError),
        ({"resume": True}, UsageError),
        ({"overwrite": True, "resume": True, "out": "x"}, UsageError),
        ({"by": {"site": ["A"]}}, UsageError),
        ({"by": {"site": "AB"}}, UsageError),
        ({"metrics": []}, SpecError),
        ({"metrics": ""}, SpecError),
        ({"metrics": [3]}, SpecError),
        ({"metrics": "roug"}, UnknownMetricError),
        ({"metrics": ["rouge", "quik"]}, UnknownMetricError),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_scored(options, error, toy):
    calls = []
    metrics = options.pop("metrics", [toy(calls.append)])
    with pytest.raises(error):
        radeval.score(TEXTS, OTHERS, metrics, **options)
    assert not calls


@pytest.mark.parametrize("options", [{"seed": 1.5}, {"n_boot": "10"}, {"metrics": None}, {"by": {"x": iter("ab")}}])
def test_options_of_another_type_are_refused_by_name(options):
    with pytest.raises(radeval.RadevalError):
        _ = radeval.score(TEXTS, OTHERS, **{"metrics": "rouge", **options}).aggregates


def test_a_metric_is_named_by_preset_list_of_names_spec_or_itself(toy):
    for metrics, labels in [
        ("quick", list(PRESETS["quick"])),
        ("bleu,rouge", ["bleu", "rouge"]),
        (["bleu", "rouge,bleu"], ["bleu", "rouge"]),
        ("bleu:n=2", ["bleu"]),
        (["bleu", "bleu:n=2"], ["bleu", "bleu:n=2"]),
        (["quick", "bleu:preset=coco"], list(PRESETS["quick"])),
        ([toy(), "rouge"], ["toy", "rouge"]),
        (toy(), ["toy"]),
    ]:
        texts = ["0.5", "1"]
        assert list(radeval.score(texts, texts, metrics, n_boot=0).metrics) == labels
