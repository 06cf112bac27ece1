"""Stored runs: they come back as they were, and what is no run is refused by name."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

import radeval
from radeval.core.errors import FileAccessError, InputError, RadevalError
from radeval.core.results import RunResult
from radeval.core.stored import FORMAT, run_from_dict

CANDIDATES = ["The heart is enlarged.", "", "No effusion or pneumothorax.", "Clear lungs."]
REFERENCES = ["Heart size is normal.", ["Edema.", "Edema. Effusion."], "No pleural effusion.", "The lungs are clear."]


@pytest.fixture(scope="module")
def run():
    return radeval.score(
        CANDIDATES,
        REFERENCES,
        ["rouge", "bleu", "chrf", "cider", "bleu:preset=sacrebleu"],
        ids=["é", "b,\n", "3", "4"],
        groups=["x", "x", "y", "z"],
        by={"site": ["A", "B", "A", "B"]},
        n_boot=50,
    )


@pytest.fixture
def stored(run):
    return json.loads(run.to_json())


def test_a_run_is_strict_json(run):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    json.loads(run.to_json(), parse_constant=refuse)


def test_a_stored_run_comes_back_equal(run, stored):
    again = run_from_dict(stored)
    assert json.loads(again.to_json()) == stored
    assert again.aggregates == run.aggregates
    assert again.strata == run.strata
    assert again.signatures == run.signatures
    assert again.table() == run.table()
    for label, metric in run.metrics.items():
        assert again[label].info == metric.info
        assert [again.score(label, index) for index in range(len(run))] == [
            run.score(label, index) for index in range(len(run))
        ]


def test_the_keys_of_a_stored_run_are_those_of_its_form(stored):
    assert stored["format"] == FORMAT == 1
    assert stored["examples"]["id"] == ["é", "b,\n", "3", "4"]
    assert list(stored["metrics"]) == ["rouge", "bleu", "chrf", "cider", "bleu:preset=sacrebleu"]
    assert stored["metrics"]["bleu:preset=sacrebleu"]["spec"] == "bleu:preset=sacrebleu"
    for metric in stored["metrics"].values():
        assert len(metric["value"]) == len(metric["status"]) == 4


def test_a_run_can_be_pickled_with_its_aggregates(run):
    assert pickle.loads(pickle.dumps(run)).aggregates == run.aggregates


def test_a_data_frame_has_one_row_an_example_and_the_columns_of_the_file(run):
    frame = run.to_pandas()
    assert frame.index.name == "id"
    assert list(frame.index) == run.ids
    assert list(frame.columns) == list(run.table())
    assert frame["rouge/rouge1"].tolist() == run["rouge"].scores.parts["rouge1"].tolist()


def _places(value, path=()):
    """Yields the path of every mapping in a stored run whose keys are fields, not names."""
    named = {"aggregates", "strata", "metrics", "parts", "statistics", "reasons", "details", "part_reasons", "usages",
             "observed", "fields", "columns", "config", "environment"}  # fmt: skip
    if isinstance(value, dict):
        if not path or path[-1] not in named:
            yield path
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _places(inner, (*path, place))


def _inside_info(path):
    return "info" in path and path[-1] != "info"


def _with_new_keys(stored, wanted):
    changed = copy.deepcopy(stored)
    for path in [path for path in _places(stored) if wanted(path)]:
        inner = changed
        for key in path:
            inner = inner[key]
        inner["added_later"] = {"some": ["thing"]}
    return changed


def test_keys_that_a_newer_version_added_are_passed_over(run, stored):
    changed = _with_new_keys(stored, lambda path: not _inside_info(path) and "strata" not in path)
    assert changed != stored
    assert run_from_dict(changed).aggregates == run.aggregates


def test_keys_that_a_newer_version_added_to_a_declaration_are_passed_over(run, stored):
    changed = _with_new_keys(stored, _inside_info)
    assert changed != stored
    assert run_from_dict(changed).aggregates == run.aggregates


def test_a_run_of_a_newer_form_is_refused_with_both_numbers(stored):
    with pytest.raises(InputError, match=f"{FORMAT + 1}.*{FORMAT}") as caught:
        run_from_dict({**stored, "format": FORMAT + 1})
    assert "newer" in caught.value.hint


@pytest.mark.parametrize("foreign", [None, 3, "text", [], {}, {"format": "1"}, {"format": None}, {"format": 1.5}])
def test_what_is_no_run_is_refused(foreign):
    with pytest.raises(InputError) as caught:
        run_from_dict(foreign, "somewhere")
    assert caught.value.where == "somewhere"
    assert caught.value.hint


def _at(*path, value=None, remove=False):
    def change(stored):
        for key in path[:-1]:
            stored = stored[key]
        if remove:
            del stored[path[-1]]
        else:
            stored[path[-1]] = value

    return change


DAMAGED = {
    **{
        f"without {key}": _at(key, remove=True)
        for key in ("examples", "metrics", "config", "environment", "data_digest", "reference_digest", "notices",
                    "created", "seconds", "aggregates", "strata")
    },
    **{
        f"a metric without {key}": _at("metrics", "rouge", key, remove=True)
        for key in ("spec", "signature", "info", "status", "value", "parts", "reasons", "seconds")
    },
    "an id too few": lambda stored: stored["examples"]["id"].pop(),
    "a group too many": lambda stored: stored["examples"]["group"].append("x"),
    "a column too short": lambda stored: stored["examples"]["columns"]["site"].pop(),
    "a value too few": lambda stored: stored["metrics"]["rouge"]["value"].pop(),
    "a part missing": _at("metrics", "rouge", "parts", "rouge1", remove=True),
    "a statistic missing": _at("metrics", "chrf", "statistics", "char1_matches", remove=True),
    "a verdict without a value": _at("metrics", "rouge", "value", 0, value=None),
    "a value that is a text": _at("metrics", "rouge", "value", 0, value="half"),
    "a value out of range": _at("metrics", "rouge", "value", 0, value=7.0),
    "a value that is infinite": _at("metrics", "rouge", "value", 0, value=float("inf")),
    "a status that does not exist": _at("metrics", "rouge", "status", 0, value="fine"),
    "a verdict taken back without a reason": _at("metrics", "rouge", "status", 0, value="unscored"),
    "a reason at no example": _at("metrics", "rouge", "reasons", value={"9": "why"}),
    "a reason at no number": _at("metrics", "rouge", "reasons", value={"x": "why"}),
    "an interval of three": _at("aggregates", "rouge", "interval", value=[0, 1, 2]),
    "an aggregate without n": _at("aggregates", "rouge", "n", remove=True),
    "metrics as a list": _at("metrics", value=[]),
    "examples as null": _at("examples", value=None),
    "a declaration with an empty range": _at("metrics", "rouge", "info", "range", value=[1, 0]),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_run_is_refused_by_name_and_never_read_in_part(stored, damage):
    DAMAGED[damage](stored)
    with pytest.raises(InputError) as caught:
        run_from_dict(stored, "run.json")
    assert caught.value.where == "run.json"


def test_a_number_too_large_for_a_float_is_damage(stored):
    stored["metrics"]["rouge"]["value"][0] = 10**400
    with pytest.raises(InputError):
        run_from_dict(stored)


@pytest.mark.parametrize("value", ["half", float("nan")])
def test_an_aggregate_that_is_no_number_is_damage(stored, value):
    stored["aggregates"]["rouge"]["value"] = value
    with pytest.raises(InputError):
        run_from_dict(stored)


def test_a_metric_without_its_aggregate_is_damage(stored):
    del stored["aggregates"]["rouge"]
    with pytest.raises(InputError):
        run_from_dict(stored)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe{}", b"null", b"[1]", b'{"format": 1', b'{"format": 1}', b"id,rouge\n1,0.5\n"]
)
def test_a_file_that_is_no_run_is_refused_with_its_path(tmp_path, content):
    file = tmp_path / "run.json"
    file.write_bytes(content)
    for path in (file, tmp_path, str(file)):
        with pytest.raises(InputError) as caught:
            RunResult.load(path)
        assert caught.value.where == str(file)
        assert caught.value.hint


def test_json_that_is_nested_without_end_is_refused(tmp_path):
    (tmp_path / "run.json").write_text("[" * 100_000)
    with pytest.raises(InputError):
        RunResult.load(tmp_path)


def test_a_run_that_is_not_there_is_a_named_error(tmp_path):
    for path in (tmp_path, tmp_path / "run.json", tmp_path / "no" / "where"):
        with pytest.raises(FileAccessError) as caught:
            RunResult.load(path)
        assert isinstance(caught.value, RadevalError)


def test_a_run_loads_from_its_file_alone(run, tmp_path):
    (tmp_path / "kept.json").write_text(run.to_json(), encoding="utf-8")
    loaded = RunResult.load(tmp_path / "kept.json")
    assert loaded.evidence_path is None
    assert loaded.to_json() == run.to_json()
