"""Figures of a study for one column of a journal (85 mm): forest, scatter and significance matrix, as SVG and PNG.

A matrix of many lines takes two columns (180 mm), where its names would overlap in one.

Colours are those of Okabe and Ito, which the colour-blind tell apart; marks differ in form too, so that grey print
keeps what they say.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from radeval.core.errors import MissingExtraError
from radeval.study.measures import POOLED, STATISTICS, WITHIN_STUDY, WITHIN_SYSTEM
from radeval.study.names import short_names
from radeval.study.results import Line, StudyResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMES = ("forest", "scatter", "significance")
ENDINGS = (".svg", ".png")

_WIDTH, _WIDE = 85 / 25.4, 180 / 25.4
_BLUE, _ORANGE, _GREY, _PALE = "#0072B2", "#E69F00", "#666666", "#E6E6E6"
_ROW = 0.17
_MOST_PANELS = 6
_LONGEST = 24
_LETTER, _LEAST_CELL, _LARGEST_CELL = 0.058, 0.125, 0.25
"""Inches: the mean width of a letter, and the sides of a cell between which its name and its mark can be read."""
_WRAPPED = 50
_DOTS_AN_INCH = 300
_LEVEL = 0.05
_WITHIN = {POOLED: "", WITHIN_STUDY: " within study", WITHIN_SYSTEM: " within system"}
_STYLE: dict[Any, Any] = {
    "font.size": 7, "axes.labelsize": 7, "axes.titlesize": 7, "xtick.labelsize": 6.5, "ytick.labelsize": 7,
    "legend.fontsize": 6.5, "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6,
    "axes.spines.top": False, "axes.spines.right": False, "svg.fonttype": "none", "svg.hashsalt": "radeval",
    "font.family": "DejaVu Sans",
}  # fmt: skip


def write_figures(result: StudyResult, folder: Path) -> list[Path]:
    """Writes all figures into a folder and returns their files.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    _check_matplotlib()
    written = []
    with _style():
        for name, draw in zip(NAMES, (forest, scatter, significance), strict=True):
            for ending in ENDINGS:
                (folder / f"{name}{ending}").unlink(missing_ok=True)
            if name == "significance" and not result.contests:
                # A lone line differs from nothing.
                continue
            figure = draw(result)
            for ending in ENDINGS:
                path = folder / f"{name}{ending}"
                # Files of equal results are equal.
                metadata = {"Date": None} if ending == ".svg" else {"Software": None}
                figure.savefig(path, dpi=_DOTS_AN_INCH, metadata=metadata)
                written.append(path)
    return written


def _check_matplotlib() -> None:
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            "figures need matplotlib, which is not installed",
            where="--figures",
            hint='pip install "radeval-judge[study]"',
        ) from error


@contextmanager
def _style() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context(_STYLE):
        yield


def _new(height: float, width: float = _WIDTH) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WRAPPED, break_on_hyphens=False)


def _title(result: StudyResult) -> str:
    key, _, _ = result.statistic.partition("/")
    return STATISTICS[key].title + _WITHIN[result.statistic[len(key) :]]


def forest(result: StudyResult) -> Figure:
    """Returns each line's value with its interval, best on top, over the band of the human ceiling."""
    shown = [one for one in result.lines if one.kind != "raters" and one.values[result.statistic].value is not None]
    figure = _new(_ROW * len(shown) + 0.95)
    axes = figure.subplots()
    people = [one.values[result.statistic] for one in result.lines if one.kind == "raters"]
    for ceiling in people:
        if ceiling.interval is not None:
            axes.axvspan(*ceiling.interval, color=_PALE, lw=0, label="one rater, 95 %")
        if ceiling.value is not None:
            axes.axvline(ceiling.value, color=_GREY, lw=0.8)
    chance = STATISTICS[result.statistic.partition("/")[0]].chance
    if chance is not None:
        axes.axvline(chance, color=_GREY, lw=0.6, ls=":")
    for place, line in enumerate(shown):
        _point(axes, line, result, place)
    names = _names(result)
    axes.set_yticks(range(len(shown)), [f"{names[one.label]} {_marks(one)}".rstrip() for one in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    unproven = any(one.against is not None and not one.against.beats for one in shown)
    told = [
        _wrapped(f"{_title(result)}, 95 % interval"),
        f"{result.n_used:,} reports, {result.n_groups:,} studies",
        *["‡ not shown to beat the trivial baselines"] * unproven,
    ]
    axes.set_xlabel("\n".join(told))
    _legend(figure, axes)
    return figure


def _point(axes: Axes, line: Line, result: StudyResult, place: int) -> None:
    found = line.values[result.statistic]
    assert found.value is not None
    colour, form, label = (
        (_GREY, "s", "trivial baseline") if line.kind == "baseline"
        else (_ORANGE, "D", "metric, in-sample †") if line.in_sample
        else (_BLUE, "o", "metric")
    )  # fmt: skip
    if found.interval is not None:
        axes.plot(found.interval, [place, place], color=colour, lw=1.1, solid_capstyle="butt")
    face = "white" if line.kind == "baseline" else colour
    axes.plot([found.value], [place], form, ms=3.6, mec=colour, mfc=face, mew=0.9, label=label)


def _names(result: StudyResult) -> dict[str, str]:
    return short_names((line.label for line in result.lines), _LONGEST)


def _marks(line: Line) -> str:
    return "†" * line.in_sample + "‡" * (line.against is not None and not line.against.beats)


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    figure.legend(
        list(once.values()), list(once), loc="outside upper center", ncols=2, frameon=False, handlelength=1.2,
        columnspacing=1.2, borderaxespad=0.2,
    )  # fmt: skip


def scatter(result: StudyResult) -> Figure:
    """Returns the scores of the best metrics and of ROUGE-L against the mean rating."""
    ranked = [one for one in result.lines if one.kind == "metric" and one.values[result.statistic].value is not None]
    rivals = [one for one in result.lines if one.label == "ROUGE-L"]
    chosen = [*ranked[: _MOST_PANELS - len(rivals)], *rivals]
    columns = 2 if len(chosen) > 1 else 1
    rows = max(1, -(-len(chosen) // columns))
    figure = _new(1.35 * rows + 0.3)
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True)
    names = _names(result)
    ratings = np.array(result.ratings)
    # Ratings are few numbers: moved a little, always the same way, points no longer hide each other.
    steps = np.diff(np.unique(ratings))
    moved = ratings + np.random.default_rng(0).uniform(-0.3, 0.3, len(ratings)) * (steps.min() if len(steps) else 0)
    for panel, line in zip(panels.flat, chosen, strict=False):
        panel.plot(result.scores[line.label], moved, "o", ms=2.2, mec="none", mfc=_BLUE, alpha=0.45)
        value = line.values[result.statistic].value
        arrow = "" if line.direction == "higher" else " ↓"
        panel.set_title(f"{names[line.label]}{arrow}\n{value:.2f}", pad=2, linespacing=1.1)
        panel.locator_params(axis="both", nbins=4)
    for panel in list(panels.flat)[len(chosen) :]:
        panel.set_visible(False)
    figure.supylabel(f"mean {result.target}", fontsize=7)
    figure.supxlabel(_wrapped(f"score; the number is {_title(result)}"), fontsize=7)
    return figure


def significance(result: StudyResult) -> Figure:
    """Returns which line differs from which: + where the row is better than the column, - where it is worse."""
    shown = [one.label for one in result.lines if one.cluster is not None]
    places = {label: place for place, label in enumerate(shown)}
    signs = np.zeros((len(shown), len(shown)))
    for one in result.contests:
        if one.adjusted is not None and one.adjusted < _LEVEL and one.difference is not None:
            row, column = places[one.first], places[one.second]
            signs[row, column] = np.sign(one.difference)
            signs[column, row] = -np.sign(one.difference)
    short = _names(result)
    names = [f"({short[one.label]})" if one.kind == "baseline" else short[one.label]
             for one in result.lines if one.label in places]  # fmt: skip
    beside = _LETTER * max(map(len, names)) + 0.15
    width = _WIDTH if (_WIDTH - beside) / len(shown) >= _LEAST_CELL else _WIDE
    cell = min((width - beside) / len(shown), _LARGEST_CELL)
    figure = _new(cell * len(shown) + beside + 0.55, width)
    axes = figure.subplots()
    _cells(axes, signs)
    axes.set_xticks(range(len(shown)), names, rotation=90)
    axes.set_yticks(range(len(shown)), names)
    axes.tick_params(length=0, pad=2)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.suptitle(
        _wrapped(f"{_title(result)}: the row is + better, − worse, grey not told apart (p ≥ .05 after Holm)"),
        fontsize=7,
    )
    return figure


def _cells(axes: Axes, signs: np.ndarray[Any, Any]) -> None:
    from matplotlib.colors import ListedColormap

    colours = ListedColormap([_ORANGE, _PALE, _BLUE])
    masked = np.ma.masked_array(signs, mask=np.eye(len(signs), dtype=bool))
    axes.imshow(masked, cmap=colours, vmin=-1, vmax=1, aspect="equal")
    for row, column in np.argwhere(signs != 0).tolist():
        better = signs[row, column] > 0
        axes.text(column, row, "+" if better else "−", ha="center", va="center", fontsize=6.5,
                  color="white" if better else "black")  # fmt: skip
    edges = np.arange(len(signs) + 1) - 0.5
    axes.set_xticks(edges, minor=True)
    axes.set_yticks(edges, minor=True)
    axes.grid(which="minor", color="white", lw=0.8)
    axes.tick_params(which="minor", length=0)
