"""Fitted composites: what they weigh, what they are worth on studies not seen, and that they can be used."""

from __future__ import annotations

import numpy as np
import pytest

import radeval
from radeval.core.errors import InputError, MissingResourceError
from radeval.core.registry import make_metric
from radeval.metrics.composite.composite_file import CompositeError, StoredComposite, composite_text, read_composite
from radeval.run.options import RunOptions
from radeval.study.datasets import load_study
from radeval.study.fit import fit_composite
from radeval.study.series import Series, scored


def series(label, values, **more) -> Series:
    return Series(label=label, values=np.asarray(values, dtype=float), spec=label, **more)


def test_weights_follow_the_ratings_and_never_reward_errors(simulated):
    study, quality = simulated(40)
    rng = np.random.default_rng(1)
    one, other = (quality + 0.8 * rng.normal(size=80) for _ in range(2))
    found = [series("one", one), series("loss", -other, direction="lower"), series("wrong", -quality)]
    fitted = fit_composite(study, found, n_boot=100)
    weights = {term.spec: term.weight for term in fitted.form.metric}
    assert weights["one"] > 0
    assert weights["loss"] < 0
    assert "wrong" not in weights
    best = max(value.value for value in fitted.singles.values())
    assert fitted.crossed.value > best
    assert fitted.crossed.interval is not None
    assert fitted.form.composite.tuned_on == ("sim",)
    assert fit_composite(study, found, n_boot=0, part=True).form.composite.tuned_on == ("sim/part",)


def test_a_single_metric_is_worth_on_new_studies_what_it_is_worth_on_these(simulated):
    """Parts of the cross-validation have scales of their own, which must not cost agreement or break ties."""
    study, quality = simulated(100)
    found = [series("one", np.round(quality))]
    fitted = fit_composite(study, found, n_boot=0)
    assert fitted.in_sample.value == fitted.singles["one"].value
    assert abs(fitted.crossed.value - fitted.in_sample.value) < 0.02


def test_nothing_is_made_of_metrics_that_are_wrong(simulated):
    study, quality = simulated(40)
    with pytest.raises(InputError, match="no metric agrees"):
        fit_composite(study, [series("wrong", -quality)])


def test_items_without_a_score_are_told(simulated):
    study, quality = simulated(40)
    lacking = quality.copy()
    lacking[:4] = np.nan
    fitted = fit_composite(study, [series("one", quality), series("other", lacking)], n_boot=0)
    assert (fitted.n_items, fitted.n_rated, fitted.n_groups) == (76, 80, 38)


def test_chance_is_worth_nothing_on_studies_not_seen(simulated):
    values = []
    for seed in range(8):
        study, _ = simulated(40, seed=seed)
        rng = np.random.default_rng([2, seed])
        fitted = fit_composite(study, [series(f"chance{n}", rng.normal(size=80)) for n in range(20)], n_boot=0)
        values.append((fitted.crossed.value, fitted.in_sample.value))
    crossed, in_sample = np.mean(values, axis=0)
    assert abs(crossed) < 0.1 < in_sample


def test_too_little_to_fit(simulated):
    study, quality = simulated(5)
    with pytest.raises(InputError, match="5 studies"):
        fit_composite(study, [series("one", quality)])
    study, quality = simulated(12)
    with pytest.raises(InputError, match="same score"):
        fit_composite(study, [series("one", np.ones(24))])


def test_a_fitted_composite_is_a_metric(radpref, tmp_path):
    study = load_study("radpref", radpref())
    found, _ = scored(study, ["findings", "chrf", "chexprompt"], RunOptions(n_boot=0))
    metrics = [one for one in found if one.spec]
    fitted = fit_composite(study, metrics, n_boot=0)
    path = tmp_path / "mine.toml"
    path.write_text(composite_text(fitted.form), encoding="utf-8")
    metric = radeval.load_metric(f"composite:file={path}")
    result = metric([one.candidate for one in study.examples], [one.references for one in study.examples],
                    contexts=[one.context for one in study.examples])  # fmt: skip
    by_spec = {one.spec: one.values for one in metrics}
    expected = fitted.form.composite.intercept + sum(
        term.weight * (by_spec[term.spec] - term.mean) / term.scale for term in fitted.form.metric
    )
    assert result["composite"].scores.value == pytest.approx(expected)
    assert "radpref" in result["composite"].info.tuned_on
    assert result["composite"].info.direction == "higher"
    assert result["composite"].info.modalities == radeval.load_metric("findings").info.modalities
    assert f"mine#{read_composite(str(path)).digest}" not in str(result["composite"].signature)
    assert read_composite(str(path)).digest in str(result["composite"].signature)


TEXT = """[composite]
name = "two"
summary = "rouge and chrf"
direction = "lower"
intercept = 2.0
tuned_on = ["a \\"quoted\\" set"]

[[metric]]
spec = "rouge"
mean = 0.5
scale = 0.25
weight = -1.0

[[metric]]
spec = "chrf:word_order=2"
mean = 0.0
scale = 1.0
weight = -0.5
"""


def test_a_composite_is_read_written_and_read_again():
    stored = StoredComposite(TEXT, "two.toml")
    again = StoredComposite(composite_text(stored.form), "two.toml")
    assert again.form == stored.form
    assert again.digest == stored.digest
    assert StoredComposite(TEXT.replace("-0.5", "-0.25"), "two.toml").digest != stored.digest
    assert StoredComposite(TEXT.replace("rouge and", "ROUGE and"), "two.toml").digest == stored.digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("scale = 0.25", "scale = 0"), "line 11"),
        (('direction = "lower"', 'direction = "down"'), "line 4"),
        (('spec = "chrf:word_order=2"', 'spec = "rouge"'), "there twice"),
        (("weight = -1.0", "weight = nan"), "line 12"),
        (("[composite]", "[composite"), "not TOML"),
    ],
)
def test_what_is_no_composite_is_told_with_its_line(change, said):
    with pytest.raises(CompositeError) as caught:
        StoredComposite(TEXT.replace(*change), "two.toml")
    assert said in str(caught.value)


def test_a_composite_scores_several_references_and_needs_all_its_metrics(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(TEXT, encoding="utf-8")
    metric = radeval.load_metric(f"composite:file={path}")
    result = metric(["Clear lungs.", ""], [["Clear lungs.", "Edema."], "Clear lungs."])
    values = result["composite"].scores
    assert values.value[0] == pytest.approx(2 - (1 - 0.5) / 0.25 - 0.5)
    assert values.value[1] == pytest.approx(2 + 2)
    assert set(values.parts) == {"rouge", "chrf:word_order=2"}
    with pytest.raises(MissingResourceError, match="needs a composite"):
        radeval.load_metric("composite")
    path.write_text(TEXT.replace('"rouge"', '"composite"'), encoding="utf-8")
    with pytest.raises(CompositeError, match="made of other metrics"):
        radeval.load_metric(f"composite:file={path}")
    with pytest.raises(CompositeError, match="cannot be read"):
        make_metric("composite:file=/absent.toml").method()
