"""Settings: a flag over an environment variable over a file over the default, and errors that name their source."""

from __future__ import annotations

import pytest

from radeval.core.config import Settings, load_settings
from radeval.core.errors import ConfigError, FileAccessError, UsageError


@pytest.fixture
def load(tmp_path):
    """Resolves settings in a folder with the given files."""

    def _load(flags=None, environment=None, file=None, **files):
        for name, content in files.items():
            (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
        return load_settings(flags or {}, environment or {}, tmp_path, file)

    return _load


def test_without_anything_the_defaults_hold(load):
    assert load() == Settings()
    assert Settings().metrics == ["quick"]
    assert (Settings().seed, Settings().n_boot, Settings().max_unscored) == (0, 1000, 0.0)


def test_a_flag_beats_the_environment_and_this_the_file_and_this_the_default(load):
    stored, variable = "seed = 1\nn_boot = 10\nmax_chars = 5\n", {"RADEVAL_SEED": "2", "RADEVAL_N_BOOT": "20"}
    found = load({"seed": 3}, variable, radeval=stored)
    assert (found.seed, found.n_boot, found.max_chars, found.sections) == (3, 20, 5, "whole")


def test_a_flag_that_says_nothing_hides_nothing(load):
    flags = {"seed": None, "metrics": [], "by": None}
    found = load(flags, {"RADEVAL_BY": "site"}, radeval='metrics = "bleu"\nseed = 4')
    assert (found.seed, found.metrics, found.by) == (4, ["bleu"], ["site"])


def test_a_flag_can_set_zero_and_false(load):
    found = load({"n_boot": 0, "no_text": False}, radeval="n_boot = 9\nno_text = true")
    assert (found.n_boot, found.no_text) == (0, False)


def test_lists_are_written_as_words_in_a_variable_and_as_either_in_a_file(load):
    assert load(environment={"RADEVAL_METRICS": "bleu rouge:stem=false"}).metrics == ["bleu", "rouge:stem=false"]
    assert load(radeval='metrics = ["bleu", "rouge"]\nby = "site sex"').by == ["site", "sex"]


def test_the_project_file_is_read_where_there_is_no_file_of_ours(load):
    assert load(pyproject="[tool.radeval]\nseed = 5").seed == 5
    assert load(pyproject="[tool.radeval]\nseed = 5", radeval="n_boot = 7").seed == 0


@pytest.mark.parametrize("content", ["", "[project]\nname = 'x'", "[tool.other]\nseed = 1", "[tool]"])
def test_a_project_file_that_says_nothing_of_radeval_changes_nothing(load, content):
    assert load(pyproject=content) == Settings()


def test_a_named_file_is_read_instead_of_those_that_are_there(load, tmp_path):
    (tmp_path / "mine.toml").write_text("n_boot = 5")
    found = load(file=tmp_path / "mine.toml", radeval="seed = 1", pyproject="[tool.radeval]\nseed = 2")
    assert (found.seed, found.n_boot) == (0, 5)


def test_a_named_file_that_is_not_there_is_an_error(load, tmp_path):
    for missing in (tmp_path / "mine.toml", tmp_path):
        with pytest.raises(FileAccessError) as caught:
            load(file=missing)
        assert caught.value.where == str(missing)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("sed = 1", "seed"),
        ("seed = -1", "seed"),
        ('sections = "everything"', "sections"),
        ("max_unscored = 1.5", "max_unscored"),
        ("max_unscored = nan", "max_unscored"),
        ("metrics = []", "metrics"),
        ("metrics = 3", "metrics"),
        ('format = "xml"', "format"),
        ("max_chars = 0", "max_chars"),
        ("n_boot = 1.5", "n_boot"),
    ],
)
def test_what_is_no_setting_in_a_file_is_named_with_the_file(load, content, said):
    for name, text in (("pyproject", f"[tool.radeval]\n{content}"), ("radeval", content)):
        with pytest.raises(ConfigError) as caught:
            load(**{name: text})
        assert said in str(caught.value)
        assert f"{name}.toml" in (caught.value.where or "")


def test_what_is_no_setting_in_a_variable_is_named_with_the_environment(load):
    with pytest.raises(ConfigError) as caught:
        load(environment={"RADEVAL_N_BOOT": "many"}, radeval="seed = 1")
    assert "n_boot" in caught.value.where
    assert "environment" in caught.value.where


def test_what_is_no_setting_in_a_flag_is_a_usage_error_that_names_the_flag(load):
    with pytest.raises(UsageError) as caught:
        load({"n_boot": -1}, {"RADEVAL_SEED": "1"}, radeval="seed = 1")
    assert caught.value.where == "--n-boot"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("device", ["nonsense", "", "cuda:", "cuda:-1", "cpu:0", "cuda:0,"])
def test_a_device_that_is_none_is_told_in_words(load, device):
    with pytest.raises(UsageError) as caught:
        load({"device": device})
    assert caught.value.where == "--device"
    assert "auto, cpu, cuda or cuda:0,1" in str(caught.value)
    assert "pattern" not in str(caught.value)


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:0,11"])
def test_a_device_is_named_in_each_form(load, device):
    assert load({"device": device}).device == device


def test_a_wrong_layer_is_named_even_where_a_higher_one_would_hide_it(load):
    with pytest.raises(ConfigError):
        load({"seed": 1}, radeval="seed = -1")


def test_variables_that_are_no_settings_are_left_alone(load):
    assert load(environment={"RADEVAL_HOME": "/x", "SEED": "7"}) == Settings()


@pytest.mark.parametrize("content", [b"seed = ", b"seed = 1\nseed = 2", b"\xff\xfe", b"[tool.radeval"])
def test_a_file_that_is_no_toml_is_named(load, tmp_path, content):
    (tmp_path / "radeval.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load()
    assert "radeval.toml" in caught.value.where
    assert caught.value.hint


def test_a_project_file_whose_table_is_no_table_is_named(load):
    with pytest.raises(ConfigError):
        load(pyproject="[tool]\nradeval = 3")


def test_a_project_file_whose_outer_table_is_no_table_is_named(load):
    with pytest.raises(ConfigError):
        load(pyproject="tool = 3")
