"""Figures: all written, of one column's width, the same for the same study."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest

from radeval.study.analysis import StudyOptions, analyse
from radeval.study.figures import ENDINGS, NAMES, write_figures
from radeval.study.series import Series

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("raters", [1, 3])
def test_figures_are_written_at_the_size_they_are_printed(simulated, tmp_path, raters):
    study, quality = simulated(25, raters=raters)
    rng = np.random.default_rng(0)
    found = [
        Series(label=f"metric_{number}" + "_long" * 6 * (number == 3), values=quality + number * rng.normal(size=50))
        for number in range(8)
    ]
    result = analyse(study, found, StudyOptions(n_boot=100, draws=200))
    paths = write_figures(result, tmp_path)
    assert {one.name for one in paths} == {f"{name}{ending}" for name in NAMES for ending in ENDINGS}
    for name in NAMES:
        width, height = struct.unpack(">II", (tmp_path / f"{name}.png").read_bytes()[16:24])
        # 85 mm at 300 dots an inch, and no longer than a page.
        assert abs(width - 85 / 25.4 * 300) <= 2
        assert height < 240 / 25.4 * 300
        assert "metric_0" in (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
    if raters == 3:
        first = (tmp_path / "forest.svg").read_bytes()
        write_figures(result, tmp_path)
        assert (tmp_path / "forest.svg").read_bytes() == first


def _width(path) -> float:
    """The width of a PNG in millimetres at 300 dots an inch."""
    return struct.unpack(">I", path.read_bytes()[16:20])[0] / 300 * 25.4


def test_many_lines_take_two_columns_and_a_lone_one_has_no_matrix(simulated, tmp_path):
    study, quality = simulated(25, raters=1)
    rng = np.random.default_rng(0)
    found = [
        Series(label=f"metric:judge=http://127.0.0.1:8000/v1#model-{number:02}", values=quality + rng.normal(size=50))
        for number in range(24)
    ]
    write_figures(analyse(study, found, StudyOptions(n_boot=20, draws=20)), tmp_path)
    assert _width(tmp_path / "significance.png") == pytest.approx(180, abs=0.3)
    drawn = (tmp_path / "significance.svg").read_text(encoding="utf-8")
    assert all(f"#model-{number:02}" in drawn for number in range(24))
    alone = replace(study, examples=tuple(replace(one, system="") for one in study.examples))
    paths = write_figures(analyse(alone, found[:1], StudyOptions(n_boot=20, draws=20)), tmp_path)
    assert {one.stem for one in paths} == {"forest", "scatter"}
    assert not (tmp_path / "significance.png").exists()
