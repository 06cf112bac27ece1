"""Finding metrics by name, and files that travel with the package."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from radeval.core import registry, resources
from radeval.core.errors import (
    FileAccessError,
    MetricError,
    ParameterError,
    PluginError,
    SpecError,
    UnknownMetricError,
    UnknownParameterError,
    did_you_mean,
)
from radeval.core.metric import Metric
from radeval.core.score import Score


@pytest.fixture
def plugin(monkeypatch):
    """Registers `name = plugin_module:attribute` as an installed package would."""
    module = ModuleType("radeval_test_plugin")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    points: dict[str, list[EntryPoint]] = {}
    monkeypatch.setattr(registry, "_plugins", lambda: points)

    def _plugin(name, value=None, attribute="Found"):
        setattr(module, attribute, value)
        point = EntryPoint(name, f"{module.__name__}:{attribute}", registry.ENTRY_POINT_GROUP)
        points.setdefault(name, []).append(point)

    return _plugin


def _metric(name):
    from dataclasses import replace

    class Found(Metric):
        info = replace(registry.metric_info("chrf"), name=name, parameters=(), statistics=(), aggregate="mean")

        def score(self, example, context):
            return Score.ok(1.0)

    return Found


@pytest.mark.parametrize("name", registry.METRICS)
def test_every_registered_name_is_the_name_that_its_metric_declares(name):
    assert registry.metric_info(name).name == name
    assert str(registry.make_metric(name).spec) == name


def test_presets_name_registered_metrics_and_no_preset_is_a_metric():
    for members in registry.PRESETS.values():
        assert set(members) <= set(registry.METRICS)
    assert not set(registry.PRESETS) & set(registry.METRICS)


def test_a_metric_that_depends_on_the_batch_is_in_no_preset():
    for name in (name for members in registry.PRESETS.values() for name in members):
        assert registry.make_metric(name).info.properties.batch_independent


@pytest.mark.parametrize(
    ("spec", "error", "hint"),
    [
        ("bluu", UnknownMetricError, "bleu"),
        ("ROUGE", UnknownMetricError, "rouge"),
        ("bleu:presett=coco", UnknownParameterError, "preset"),
        ("chrf:n=2", UnknownParameterError, ""),
        ("bleu:n=five", ParameterError, ""),
        ("bleu:n=5", ParameterError, "4"),
        ("bleu:preset=cocoa", ParameterError, "coco"),
        ("rouge:preset=coco,stem=true", ParameterError, "stem"),
        ("bleu@99", MetricError, "version 1"),
        ("bleu:", SpecError, "name"),
    ],
)
def test_a_spec_that_names_nothing_is_refused_with_what_could_be_meant(spec, error, hint):
    with pytest.raises(error) as caught:
        registry.make_metric(spec)
    assert type(caught.value) is error
    assert hint in (caught.value.hint or "")


def test_the_installed_version_can_be_asked_for_by_number():
    version = registry.metric_info("bleu").version
    assert registry.make_metric(f"bleu@{version}:n=2").parameters["n"] == 2


@pytest.mark.parametrize("spec", ["bleu", "bleu:n=2", "bleu:preset=sacrebleu", "rouge:stem=false", "chrf:word_order=2"])
def test_the_spec_of_a_metric_makes_the_same_metric_again(spec):
    metric = registry.make_metric(spec)
    assert str(metric.spec) == spec
    assert registry.make_metric(metric.spec).parameters == metric.parameters


def test_a_metric_of_another_package_is_found_by_its_name(plugin):
    plugin("other", _metric("other"))
    assert registry.metric_names()[-1] == "other"
    assert registry.make_metric("other").info.name == "other"


def test_a_name_that_two_packages_claim_is_an_error_and_no_race(plugin):
    plugin("other", _metric("other"))
    plugin("other", _metric("other"), "Second")
    with pytest.raises(PluginError, match="several"):
        registry.make_metric("other")


def test_our_own_metric_wins_over_a_package_that_takes_its_name(plugin):
    plugin("bleu", _metric("bleu"))
    assert registry.metric_class("bleu").__module__ == "radeval.metrics.lexical.bleu"
    assert list(registry.shadowed_plugins()) == ["bleu"]
    assert registry.metric_names().count("bleu") == 1


@pytest.mark.parametrize("value", [3, dict, _metric("another name"), lambda: None])
def test_what_a_package_registers_must_be_a_metric_of_that_name(plugin, value):
    plugin("other", value)
    with pytest.raises(PluginError):
        registry.make_metric("other")


def test_a_package_whose_import_fails_is_named_and_not_taken_for_our_bug(monkeypatch):
    point = EntryPoint("other", "no_such_module_of_radeval:Metric", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "_plugins", lambda: {"other": [point]})
    with pytest.raises(PluginError, match="ModuleNotFoundError"):
        registry.make_metric("other")


def test_a_hint_names_what_is_near_and_else_everything():
    assert did_you_mean("roug", ["rouge", "bleu"]) == "did you mean rouge?"
    assert did_you_mean("zzz", ["rouge", "bleu"]) == "known: rouge, bleu"
    assert did_you_mean("zzz", [])


def test_the_prompts_are_found_in_this_installation():
    assert resources.prompts_folder().is_dir()
    assert resources.prompts_folder().name == "prompts"


def test_the_users_own_prompts_come_first(tmp_path):
    assert resources.prompts_folder(tmp_path) == tmp_path
    assert resources.prompts_folder(str(tmp_path)) == tmp_path


def test_a_folder_of_prompts_that_is_not_there_is_no_reason_to_take_another(tmp_path):
    (tmp_path / "file").write_text("")
    for missing in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(FileAccessError) as caught:
            resources.prompts_folder(missing)
        assert caught.value.where == str(missing)


def test_the_packaged_prompts_win_over_those_of_a_checkout(tmp_path, monkeypatch):
    package = tmp_path / "site" / "radeval"
    (package.parent / "prompts").mkdir(parents=True)
    package.mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.prompts_folder() == package.parent / "prompts"
    (package / "prompts").mkdir()
    assert resources.prompts_folder() == package / "prompts"


def test_an_installation_without_prompts_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "site" / "radeval")
    with pytest.raises(FileAccessError, match="prompts"):
        resources.prompts_folder()
