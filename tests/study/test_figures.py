"""Figures: all written, of one column's width, the same for the same study."""

from __future__ import annotations

import struct

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
