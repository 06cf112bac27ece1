"""Properties that every registered metric must have, each checked against what the metric declares of itself.

A metric with parameters that change a declared fact adds its specs to `VARIANTS`; one that needs data which a test can
stand in for names a fixture in `STAND_INS`; one of the extra `models` runs on tests/tiny_models.py. Everything else is
found through the registry.
"""

from __future__ import annotations

import csv
import json
import math
import random
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import radeval
from radeval.core.errors import (
    MetricError,
    MissingExtraError,
    MissingResourceError,
    ParameterError,
    SpecError,
    UnknownMetricError,
    UnknownParameterError,
)
from radeval.core.example import Example
from radeval.core.metric import RunContext
from radeval.core.registry import METRICS, PRESETS, make_metric, metric_class, metric_info, metric_names
from radeval.core.score import Status
from radeval.core.spec import MetricSpec, parse_spec
from radeval.core.stored import run_from_dict
from radeval.run.plan import signature

TABLE = "TABLE"
"""Stands for the path of a table of reports."""

VARIANTS = (
    "bleu:preset=sacrebleu",
    "bleu:preset=r2gen",
    "bleu:preset=radcliq",
    "bleu:n=1",
    "rouge:preset=coco",
    "rouge:stem=false",
    "chrf:word_order=2",
    "chrf:lowercase=true",
    f"cider:df={TABLE}",
    "labels14:uncertain=negative",
    "radgraph:case=pypi",
    "radcliq:version=v0",
    "radcliq:graph=entity_graph",
    "radcliq:graph=entity_graph,labels=labels14",
    "bertscore:preset=radcliq",
    "bertscore:preset=radeval-modernbert",
    "chexbert:uncertain=negative",
    "srr_bert:level=upper,statuses=false",
    "ratescore:affinity=short,empty=unscored",
)
STAND_INS = {"meteor": "tiny_wordnet"}
ALWAYS_READY = {"bleu", "rouge", "chrf", "cider"}
EMPTY_TEXTS = ("", " ", "\n\t ")
ROUNDING = 1e-12
"""numpy's exp and log may differ in the last bit with the place of a number in an array."""
MODEL_ROUNDING = 2e-5
"""What a model makes of a text differs in the last bits of single precision with the texts that it reads beside it."""


def reports(corpus, n, seed=0):
    """Returns different English reports that hold words."""
    rng = random.Random(seed)
    found = ["effusion", "Mild cardiomegaly.", "no no no no", "Nodule of 3.5 cm; follow-up &amp; x-ray (PA/lateral)."]
    while len(found) < n:
        text = corpus.report(rng)
        if text not in found:
            found.append(text)
    return found


@pytest.fixture(scope="session")
def table(tmp_path_factory, corpus):
    path = tmp_path_factory.mktemp("tables") / "reports.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "report"])
        writer.writerows(enumerate(reports(corpus, 40, seed=9)))
    return path


SPECS = [*metric_names(), *VARIANTS]


def where(declared):
    """Runs a test on the metrics whose declaration fulfils a condition."""
    chosen = [spec for spec in SPECS if declared(make_metric(spec).info)]
    return pytest.mark.parametrize("spec", chosen, indirect=True)


@pytest.fixture(params=SPECS)
def spec(request, table):
    parsed = parse_spec(request.param)
    values = {key: str(table) if value == TABLE else value for key, value in parsed.parameters.items()}
    return str(replace(parsed, parameters=values))


@pytest.fixture
def metric(spec, request):
    """A metric that is ready to score; skips where the machine lacks what it needs and nothing stands in for it."""
    made = make_metric(spec)
    may_lack = () if made.info.name in ALWAYS_READY else (ImportError, MissingExtraError, MissingResourceError)
    try:
        stand_in = "tiny_models" if metric_info(made.info.name).extra == "models" else STAND_INS.get(made.info.name)
        if stand_in:
            request.getfixturevalue(stand_in)
        made.check(RunContext())
    except may_lack as error:
        pytest.skip(str(error))
    return made


@pytest.fixture
def examples(corpus):
    """60 examples with one to eight references, some reports empty or in other scripts."""
    pairs = [pair for pair in corpus.adversarial_pairs(700, seed=7) if len(pair.candidate) < 3000]
    chosen = random.Random(8).sample([pair for pair in pairs if all(len(text) < 3000 for text in pair.references)], 60)
    return [Example(f"id{number}", pair.candidate, pair.references) for number, pair in enumerate(chosen)]


def rounding(metric, exact=ROUNDING):
    """Returns how far two computations of one score may be apart."""
    return MODEL_ROUNDING if metric.info.extra == "models" else exact


def run_batch(metric, examples):
    batch = metric.score_batch(examples, RunContext())
    batch.validate(metric.info, len(examples))
    return batch


def pairs_of(candidates, references):
    texts = [(text,) if isinstance(text, str) else tuple(text) for text in references]
    return [Example(str(n), one, two) for n, (one, two) in enumerate(zip(candidates, texts, strict=True))]


def undefined(batch):
    return {name: reasons for name, reasons in batch.part_reasons.items() if reasons}


def assert_same(batch, other, tolerance=ROUNDING):
    """Compares two batches in everything that a score has."""
    assert batch.status == other.status
    assert batch.reasons == other.reasons
    assert undefined(batch) == undefined(other)
    assert batch.evidence == other.evidence
    np.testing.assert_allclose(batch.value, other.value, rtol=0, atol=tolerance)
    assert list(batch.parts) == list(other.parts)
    for name, column in batch.parts.items():
        np.testing.assert_allclose(column, other.parts[name], rtol=0, atol=tolerance, err_msg=name)
    np.testing.assert_allclose(batch.statistics, other.statistics, rtol=0, atol=tolerance)


# What a metric says of itself


def test_every_metric_declares_what_tables_and_documents_print(metric):
    info = metric.info
    assert info.citation
    assert info.summary
    assert not info.summary.endswith(".")
    assert info.main
    assert info.version >= 1
    assert info.direction in ("higher", "lower")
    assert info.languages
    assert info.modalities
    assert info.aggregate
    assert all(part.summary and part.direction in ("higher", "lower") for part in info.parts)
    assert all(parameter.summary for parameter in info.parameters)
    assert len({parameter.name for parameter in info.parameters}) == len(info.parameters)
    assert len(set(info.statistics)) == len(info.statistics)
    assert info.empty.candidate != "unscored"
    for rule in (info.empty.candidate, info.empty.reference, info.empty.both):
        assert rule in ("computed", "unscored") or math.isfinite(rule)


def test_a_rule_over_a_set_other_than_the_mean_has_statistics_to_sum(metric):
    assert metric.info.aggregate == "mean" or metric.info.statistics


def test_the_registered_name_is_the_declared_one(spec):
    metric = make_metric(spec)
    assert metric.info.name == metric.spec.name == parse_spec(spec).name
    assert metric_info(metric.info.name).name == metric.info.name


def test_the_spec_of_a_metric_parses_to_itself_and_makes_it_again(spec):
    metric = make_metric(spec)
    assert parse_spec(str(metric.spec)) == metric.spec
    again = make_metric(str(metric.spec))
    assert again.parameters == metric.parameters
    assert again.spec == metric.spec
    assert again.info == metric.info


def test_defaults_are_left_out_of_the_spec(spec):
    defaults = {p.name: p.default for p in metric_info(parse_spec(spec).name).parameters}
    metric = make_metric(spec)
    assert set(metric.spec.parameters) == {key for key, value in metric.parameters.items() if value != defaults[key]}


def test_the_same_spec_gives_the_same_signature(metric):
    again = make_metric(str(metric.spec))
    again.check(RunContext())
    assert signature(again, "whole") == signature(metric, "whole")
    assert signature(again, "whole").id == signature(metric, "whole").id
    assert signature(again, "findings").id != signature(metric, "whole").id


def test_a_signature_holds_no_path_and_no_empty_text(metric, table):
    text = str(signature(metric, "whole"))
    assert str(table.parent) not in text
    assert all(value != "" for value in metric.method().values())


def test_every_choice_of_a_parameter_has_a_signature_of_its_own(metric):
    for parameter in metric.info.parameters:
        if not parameter.choices:
            continue
        found = set()
        for choice in parameter.choices:
            made = make_metric(MetricSpec(metric.info.name, None, {parameter.name: choice}))
            made.check(RunContext())
            found.add(signature(made, "whole").id)
        assert len(found) == len(parameter.choices)


def test_equal_signatures_of_one_metric_mean_equal_scores(examples, table, tiny_models):
    by_signature = {}
    for text in ("bleu", "bleu:n=4", "bleu:n=2", *VARIANTS, "rouge", "rouge:stem=true", "rouge:preset=coco,stem=false"):
        made = make_metric(text.replace(TABLE, str(table)))
        made.check(RunContext())
        scored = run_batch(made, examples)
        first = by_signature.setdefault(signature(made, "whole").id, scored)
        assert_same(scored, first, rounding(made))
    assert len(by_signature) == len(VARIANTS) + 3


# What a metric does with parameters


def wrong_texts(parameter):
    if parameter.choices:
        yield "no-such-choice"
        yield parameter.choices[0].upper() + "x"
    if parameter.kind == "bool":
        yield from ("maybe", "1", "yes")
    if parameter.kind in ("int", "float"):
        yield from ("abc", "nan", "inf", "1e999", "9" * 400)
    if parameter.kind == "int":
        yield from ("1.5", "2.0")
    if parameter.minimum is not None:
        yield str(int(parameter.minimum) - 1)
    if parameter.maximum is not None:
        yield str(int(parameter.maximum) + 1)
    yield ""


@pytest.mark.parametrize("name", metric_names())
def test_a_wrong_value_in_a_spec_is_a_parameter_error(name):
    for parameter in metric_info(name).parameters:
        for text in wrong_texts(parameter):
            with pytest.raises(ParameterError, match=parameter.name):
                make_metric(MetricSpec(name, None, {parameter.name: text}))


@pytest.mark.parametrize("name", metric_names())
def test_a_value_of_the_wrong_type_is_a_parameter_error_in_python(name):
    for parameter in metric_info(name).parameters:
        wrong = {"int": "3", "float": "0.5", "bool": 1, "str": 3, "path": 3}[parameter.kind]
        with pytest.raises(ParameterError, match=parameter.name):
            metric_class(name)(**{parameter.name: wrong})


@pytest.mark.parametrize("name", metric_names())
def test_an_unknown_parameter_is_refused_with_the_nearest_known_one(name):
    with pytest.raises(UnknownParameterError, match="no parameter 'zzz'"):
        make_metric(f"{name}:zzz=1")
    for parameter in metric_info(name).parameters:
        with pytest.raises(UnknownParameterError, match=rf"did you mean .*\b{parameter.name}\b"):
            make_metric(f"{name}:{parameter.name}{parameter.name[-1]}=1")


@pytest.mark.parametrize("name", metric_names())
def test_a_mistyped_metric_is_refused_with_the_nearest_known_one(name):
    with pytest.raises(UnknownMetricError, match=f"did you mean .*{name}"):
        make_metric(name + name[-1])


@pytest.mark.parametrize("name", metric_names())
def test_only_the_installed_version_can_be_asked_for(name):
    info = metric_info(name)
    assert make_metric(f"{name}@{info.version}").info == make_metric(name).info
    with pytest.raises(MetricError, match=f"version {info.version + 1} of {name}"):
        make_metric(f"{name}@{info.version + 1}")


@example("cider", None, {"df": "a name that ends in a no-break space\xa0"})
@example("cider", None, {"df": "\u2028"})
@example("cider", 2, {"df": "C:\\a=b, 50%.csv ", "n": ""})
@given(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,8}", fullmatch=True),
    st.none() | st.integers(0, 10**6),
    st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,5}", fullmatch=True),
        st.text(st.sampled_from(" \t\n\x85\xa0\u2028,=%:@+") | st.characters(exclude_categories=["Cs"]), max_size=8),
        max_size=3,
    ),
)
def test_any_spec_survives_its_text(name, version, parameters):
    made = MetricSpec(name, version, parameters)
    assert parse_spec(str(made)) == made


@given(st.text(max_size=20))
def test_any_text_is_a_spec_or_a_spec_error(text):
    try:
        parsed = parse_spec(text)
    except SpecError:
        return
    assert parse_spec(str(parsed)) == parsed


def test_a_version_number_of_thousands_of_digits_is_a_spec_error():
    with pytest.raises(MetricError):
        make_metric("bleu@" + "1" * 5000)


def test_presets_name_registered_metrics_that_need_nothing():
    for members in PRESETS.values():
        for member in members:
            info = metric_info(parse_spec(member).name)
            assert info.extra is None
            assert not info.needs
    assert not set(PRESETS) & set(metric_names())


# What a metric's scores are


def test_scores_keep_the_contract_of_columns_and_parts(metric, examples):
    batch = run_batch(metric, examples)
    assert list(batch.parts) == [part.name for part in metric.info.parts]
    for part in metric.info.parts:
        column = batch.parts[part.name]
        known = column[np.isfinite(column)]
        low, high = part.range
        assert low is None or (known >= low - 1e-9).all(), part.name
        assert high is None or (known <= high + 1e-9).all(), part.name
    for index in range(len(examples)):
        score = batch.score(index)
        assert set(score.parts) == set(batch.parts) or score.status is not Status.OK


def test_values_of_ordinary_reports_are_within_the_declared_range_and_not_all_equal(metric, corpus):
    texts = reports(corpus, 40)
    batch = run_batch(metric, pairs_of(texts, texts[1:] + texts[:1]))
    assert set(batch.status) == {Status.OK}
    assert len(set(batch.value.tolist())) >= 5


@where(lambda info: info.properties.identity_is_best)
def test_a_report_against_itself_has_the_best_value_where_that_is_declared(metric, corpus):
    texts = reports(corpus, 40)
    identical = run_batch(metric, pairs_of(texts, texts)).value
    if metric.info.best is not None:
        assert identical.tolist() == pytest.approx([metric.info.best] * len(texts), abs=rounding(metric, 1e-9))
    sign = 1 if metric.info.direction == "higher" else -1
    rng = random.Random(1)
    for others in ([corpus.rewrite(text, rng) for text in texts], texts[::-1], [text + text for text in texts]):
        changed = run_batch(metric, pairs_of(others, texts)).value
        # No verdict is no better one.
        assert not (sign * changed > sign * identical + rounding(metric, 1e-9)).any()


@where(lambda info: info.multi_reference == "best" or info.properties.identity_is_best)
def test_the_candidate_among_the_references_gives_the_value_of_identity(metric, corpus):
    info = metric.info
    texts = reports(corpus, 30)
    identical = run_batch(metric, pairs_of(texts, texts)).value
    for place in (0, 1, 2):
        references = [(*others[:place], text, *others[place:]) for text, others in with_others(texts)]
        found = run_batch(metric, pairs_of(texts, references)).value
        if info.properties.identity_is_best:
            np.testing.assert_allclose(found, identical, rtol=0, atol=rounding(metric, 1e-9))
        else:
            sign = 1 if info.direction == "higher" else -1
            assert (sign * found >= sign * identical - rounding(metric, 1e-9)).all()


def with_others(texts):
    return [(text, (texts[place - 1], texts[place - 2])) for place, text in enumerate(texts)]


@where(lambda info: info.multi_reference == "best")
def test_the_best_rule_gives_the_best_of_the_single_references(metric, corpus):
    texts = reports(corpus, 20)
    references = [others for _, others in with_others(texts)]
    together = run_batch(metric, pairs_of(texts, references)).value
    apart = [run_batch(metric, pairs_of(texts, [others[place] for others in references])).value for place in (0, 1)]
    best = np.maximum if metric.info.direction == "higher" else np.minimum
    np.testing.assert_allclose(together, best(*apart), rtol=0, atol=rounding(metric))


def test_repeating_a_reference_changes_nothing(metric, corpus):
    texts = reports(corpus, 20)
    once = run_batch(metric, pairs_of(texts[::-1], texts))
    twice = run_batch(metric, pairs_of(texts[::-1], [(text, text, text) for text in texts]))
    np.testing.assert_allclose(once.value, twice.value, rtol=0, atol=rounding(metric, 1e-9))


def test_the_order_of_references_does_not_matter(metric, examples):
    turned = [replace(one, references=one.references[::-1]) for one in examples]
    found, again = run_batch(metric, examples).value, run_batch(metric, turned).value
    np.testing.assert_allclose(found, again, rtol=0, atol=rounding(metric, 1e-9))


@where(lambda info: info.properties.batch_independent)
def test_a_pair_scores_alone_as_in_any_batch_where_that_is_declared(metric, examples):
    whole = run_batch(metric, examples)
    for index, one in enumerate(examples):
        assert_same(run_batch(metric, [one]), whole.take([index]), rounding(metric))
    assert_same(run_batch(metric, examples[10:23]), whole.take(range(10, 23)), rounding(metric))


def test_the_order_of_examples_does_not_matter(metric, examples):
    order = list(range(len(examples)))
    random.Random(4).shuffle(order)
    whole = run_batch(metric, examples)
    shuffled = run_batch(metric, [examples[index] for index in order])
    assert_same(shuffled, whole.take(order), rounding(metric))
    assert shuffled.observed == whole.observed


def test_a_dependence_on_the_batch_is_declared_and_real(metric, corpus):
    texts = reports(corpus, 20)
    rewritten = [text + " New sentence here." for text in texts]
    few = run_batch(metric, pairs_of(rewritten[:5], texts[:5]))
    many = run_batch(metric, pairs_of(rewritten, texts))
    if metric.info.properties.batch_independent:
        np.testing.assert_allclose(few.value, many.value[:5], rtol=0, atol=rounding(metric))
    else:
        assert few.value.tolist() != many.value[:5].tolist()


@where(lambda info: info.properties.symmetric)
def test_exchanging_candidate_and_reference_changes_nothing_where_that_is_declared(metric, examples):
    texts = [(one.candidate, one.references[0]) for one in examples]
    forth = run_batch(metric, pairs_of(*zip(*texts, strict=True)))
    back = run_batch(metric, pairs_of(*zip(*[pair[::-1] for pair in texts], strict=True)))
    np.testing.assert_allclose(forth.value, back.value, rtol=0, atol=rounding(metric))


@where(lambda info: info.properties.deterministic)
def test_two_instances_give_the_same_scores_where_that_is_declared(metric, examples):
    again = make_metric(str(metric.spec))
    again.check(RunContext())
    first = run_batch(metric, examples)
    assert_same(run_batch(again, examples), first, tolerance=0)
    assert_same(run_batch(metric, examples), first, tolerance=0)


@pytest.mark.parametrize("case", ["candidate", "reference", "both"])
def test_empty_reports_follow_the_declared_rule(metric, case, corpus):
    texts = reports(corpus, 8)
    cases = {
        "candidate": [(empty, text) for empty in EMPTY_TEXTS for text in texts],
        "reference": [(text, empty) for empty in EMPTY_TEXTS for text in texts],
        "both": [(one, other) for one in EMPTY_TEXTS for other in EMPTY_TEXTS],
    }
    rule = getattr(metric.info.empty, case)
    # Other studies beside them, for metrics that need some.
    batch = run_batch(metric, pairs_of(*zip(*cases[case], *((text, text) for text in texts), strict=True)))
    for pair, status, value in zip(cases[case], batch.status, batch.value.tolist(), strict=False):
        if rule == "unscored":
            assert status is Status.UNSCORED, pair
        else:
            assert status is Status.OK, pair
            assert rule in ("computed", value), (pair, value)


def test_an_empty_candidate_is_never_better_than_the_report_itself(metric, corpus):
    texts = reports(corpus, 20)
    empty = run_batch(metric, pairs_of([""] * 20, texts)).value
    identical = run_batch(metric, pairs_of(texts, texts)).value
    sign = 1 if metric.info.direction == "higher" else -1
    assert (sign * empty <= sign * identical).all()
    # A report without a finding may be as empty to a clinical metric as an empty one.
    assert (sign * empty < sign * identical).mean() > 0.5


FLIPS = (
    ("There is no pneumothorax.", "There is a pneumothorax."),
    ("No pleural effusion.", "Pleural effusion."),
    (
        "There is a left pleural effusion. The heart is normal.",
        "There is no left pleural effusion. The heart is normal.",
    ),
    ("No focal consolidation. Lungs are clear.", "Focal consolidation. Lungs are clear."),
    ("Right lower lobe pneumonia is present.", "Right lower lobe pneumonia is not present."),
)


def test_flipping_a_negation_never_helps_a_clinical_metric(metric):
    references = [one for one, _ in FLIPS] + [other for _, other in FLIPS]
    flipped = [other for _, other in FLIPS] + [one for one, _ in FLIPS]
    identical = run_batch(metric, pairs_of(references, references)).value
    changed = run_batch(metric, pairs_of(flipped, references)).value
    if metric.info.properties.clinical:
        sign = 1 if metric.info.direction == "higher" else -1
        assert (sign * changed <= sign * identical).all()
    else:
        assert np.isfinite(changed).all()


# What a metric's corpus rule is


@where(lambda info: info.statistics)
def test_the_corpus_rule_gives_every_set_its_own_value(metric, examples):
    statistics = run_batch(metric, examples).statistics
    totals = np.stack([statistics[start : start + 20].sum(axis=0) for start in (0, 20, 40)])
    together = metric.corpus(totals)
    assert (metric.info.main in together) == (metric.info.aggregate != "mean")
    ranges = {metric.info.main: metric.info.range, **{part.name: part.range for part in metric.info.parts}}
    assert set(together) <= set(ranges)
    for name, column in together.items():
        apart = [metric.corpus(row[None])[name][0] for row in totals]
        np.testing.assert_allclose(column, apart, rtol=0, atol=ROUNDING)
        low, high = ranges[name]
        known = column[~np.isnan(column)]
        assert low is None or (known >= low - 1e-9).all()
        assert high is None or (known <= high + 1e-9).all()


@where(lambda info: info.statistics)
def test_the_corpus_rule_of_empty_reports_only_gives_no_warning(metric):
    statistics = run_batch(metric, pairs_of(["", ""], ["", " "])).statistics
    for column in metric.corpus(statistics.sum(axis=0)[None]).values():
        assert column.shape == (1,)


@where(lambda info: info.statistics)
def test_the_corpus_rule_needs_parameters_only(metric, examples):
    statistics = run_batch(metric, examples).statistics.sum(axis=0)[None]
    unchecked = make_metric(str(metric.spec))
    checked = metric.corpus(statistics)
    for name, column in unchecked.corpus(statistics).items():
        np.testing.assert_array_equal(column, checked[name])


# What a run makes of it


def test_a_run_survives_its_json(metric, examples):
    run = radeval.score(
        [one.candidate for one in examples],
        [one.references for one in examples],
        metric,
        n_boot=50,
        by={"half": ["a"] * 30 + ["b"] * 30},
    )
    again = run_from_dict(json.loads(run.to_json()))
    assert again.to_json() == run.to_json()
    assert again.table() == run.table()
    assert again.aggregates == run.aggregates
    assert again.strata == run.strata
    assert again.signatures == run.signatures
    label = metric.label
    assert again[label].info == run[label].info
    assert again[label].spec == run[label].spec == str(metric.spec)
    for index in range(len(examples)):
        assert again.score(label, index).value == run.score(label, index).value


def test_a_run_without_verdicts_survives_its_json():
    run = radeval.score(["a"], ["b"], ["cider", "rouge"])
    again = run_from_dict(json.loads(run.to_json()))
    assert again.to_json() == run.to_json()
    assert again.score("cider", 0) == run.score("cider", 0)
    assert again.aggregates["cider"].n_unscored == 1


def test_a_stored_run_loads_without_importing_a_metric(tmp_path: Path, corpus):
    texts = reports(corpus, 6)
    run = radeval.score(texts, texts[::-1], ["bleu", "rouge", "chrf", "cider"], n_boot=20)
    file = tmp_path / "run.json"
    file.write_text(run.to_json(), encoding="utf-8")
    code = (
        "import sys, json, radeval; run = radeval.RunResult.load(sys.argv[1]); "
        "numbers = {label: found.value for label, found in run.aggregates.items()}; run.to_json(); run.table(); "
        "print(json.dumps([numbers, [name for name in sys.modules if name.startswith('radeval.metrics')]]))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    numbers, imported = json.loads(done.stdout)
    assert imported == []
    assert numbers == {label: found.value for label, found in run.aggregates.items()}


def test_naming_the_metrics_imports_none_of_them():
    code = (
        "import sys; from radeval.core.registry import metric_names; metric_names(); "
        "print([name for name in sys.modules if name.startswith('radeval.metrics')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_metric_opens_a_connection(metric, examples, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a metric opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    fresh = make_metric(str(metric.spec))
    fresh.check(RunContext())
    fresh.method()
    run_batch(fresh, examples)


def test_our_own_metrics_are_listed_first_and_once():
    names = metric_names()
    assert names[: len(METRICS)] == list(METRICS)
    assert len(set(names)) == len(names)
    assert set(METRICS) >= ALWAYS_READY
