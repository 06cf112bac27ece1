"""A metric as a function: the same numbers, and nothing paid for that is not read."""

from __future__ import annotations

import pytest

import radeval
from radeval.core import errors
from radeval.core.score import Score
from radeval.metrics.lexical import rouge, tokens
from radeval.run import work

CANDIDATES = ["The heart is enlarged.", "", "FINDINGS: No effusion.\nIMPRESSION: Normal.", "Clear lungs."]
REFERENCES = ["Heart size is normal.", ["Edema.", "Mild edema."], "FINDINGS: No pleural effusion.", "Lungs are clear."]


@pytest.mark.parametrize("spec", ["rouge", "bleu", "bleu:preset=sacrebleu,n=2", "chrf", "cider", "rouge:preset=coco"])
def test_the_values_are_those_of_a_run(spec):
    loaded = radeval.load_metric(spec, n_boot=30)(CANDIDATES, REFERENCES)
    run = radeval.score(CANDIDATES, REFERENCES, spec, n_boot=30)
    assert loaded.table() == run.table()
    assert loaded.aggregates == run.aggregates
    assert loaded.signatures == run.signatures
    assert loaded.data_digest == run.data_digest


@pytest.mark.parametrize("sections", ["whole", "findings", "impression", "auto"])
def test_the_sections_are_those_of_a_run(sections):
    loaded = radeval.load_metric("rouge", sections=sections)
    for candidates, references in [(CANDIDATES, REFERENCES), (CANDIDATES[2:3], REFERENCES[2:3])]:
        run = radeval.score(candidates, references, "rouge", sections=sections)
        assert loaded(candidates, references).table() == run.table()
        assert loaded(candidates, references).signatures == run.signatures


def test_nothing_of_one_call_changes_the_next():
    loaded = radeval.load_metric("cider")
    first = loaded(CANDIDATES, REFERENCES).table()
    loaded(["Other words altogether."] * 2, ["Edema.", "Pneumothorax."])
    assert loaded(CANDIDATES, REFERENCES).table() == first


def test_aggregates_are_not_computed_until_they_are_read(monkeypatch):
    calls = []
    summarise = work.summarise
    monkeypatch.setattr(work, "summarise", lambda *args: calls.append(1) or summarise(*args))
    result = radeval.load_metric("rouge")(CANDIDATES, REFERENCES)
    assert result["rouge"].scores.value.shape == (4,)
    assert result.table()
    assert not calls
    assert result.aggregates["rouge"].interval is not None
    assert result.aggregates
    assert len(calls) == 1


def test_a_metric_is_made_and_checked_once(toy):
    checked = []

    class Checked(type(toy())):
        def check(self, context):
            checked.append(1)

    loaded = radeval.load_metric(Checked())
    for _ in range(3):
        loaded(["0.5"], ["r"])
    assert checked == [1]


def test_a_metric_called_thousands_of_times_remembers_a_bounded_number_of_words(monkeypatch):
    # The vocabulary of a training run has no end; what is remembered of it must have one.
    monkeypatch.setattr(tokens, "_REMEMBERED_WORDS", 50)
    loaded = radeval.load_metric("rouge", n_boot=0)
    fresh = radeval.load_metric("rouge", n_boot=0)
    for call in range(3000):
        loaded([f"word{call} of another{call} call"], ["word of a call"])
    assert isinstance(loaded.metric, rouge.Rouge)
    assert len(loaded.metric._words._numbers) < 100
    assert loaded(CANDIDATES, REFERENCES).table() == fresh(CANDIDATES, REFERENCES).table()


def test_no_object_stays_behind_for_each_call():
    import gc

    loaded = radeval.load_metric("rouge", n_boot=0)
    loaded(["a"], ["a"])
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(300):
        loaded(["a"], ["a"])
    gc.collect()
    assert len(gc.get_objects()) - before < 100


@pytest.mark.parametrize("spec", ["quick", "bleu,rouge", ["bleu", "rouge"]])
def test_a_preset_or_a_list_is_no_single_metric(spec):
    with pytest.raises(errors.SpecError, match="several"):
        radeval.load_metric(spec)


@pytest.mark.parametrize(
    ("spec", "options", "error"),
    [
        ("roug", {}, errors.UnknownMetricError),
        ("rouge:stemm=true", {}, errors.UnknownParameterError),
        ("", {}, errors.SpecError),
        ("rouge", {"n_boot": -1}, errors.UsageError),
        ("rouge", {"seed": -1}, errors.UsageError),
    ],
)
def test_what_cannot_be_loaded_is_refused_at_once(spec, options, error):
    with pytest.raises(error):
        radeval.load_metric(spec, **options)


def test_a_section_that_does_not_exist_is_refused_at_once():
    with pytest.raises(errors.UsageError):
        radeval.load_metric("rouge", sections="finding")


def test_arguments_are_checked_as_those_of_a_run_are():
    loaded = radeval.load_metric("rouge")
    with pytest.raises(errors.InputError, match="candidates"):
        loaded("text", ["text"])
    with pytest.raises(errors.DuplicateIdError):
        loaded(["a", "b"], ["a", "b"], ids=["x", "x"])
    with pytest.raises(errors.TextError):
        loaded([None], ["a"])


def test_contexts_ids_and_groups_reach_the_metric(toy):
    seen = []

    def verdict(example):
        seen.append((example.id, example.group, example.context.age))
        return Score.ok(1.0)

    radeval.load_metric(toy(verdict))(["c"], ["r"], ids=["7"], groups=["g"], contexts=[{"age": 5.0}])
    assert seen == [("7", "g", 5.0)]


def test_a_loaded_metric_tells_its_name_and_direction(toy):
    loaded = radeval.load_metric(toy(direction="lower"))
    assert (loaded.__name__, loaded.info.direction) == ("toy", "lower")
