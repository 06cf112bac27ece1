"""One pair of reports as a page: both texts with their findings marked, and every error named."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from radeval.core.example import Example
    from radeval.core.results import RunResult
    from radeval.core.score import Evidence, Score

_SIGNS = {"omitted": "-", "false": "+", "matched": "=", "unread": "?"}
_DIFFERENT, _DENIAL = "~", "!"
_WORDS = {"omitted": "left out: ", "false": "made up: "}
_LEGEND = {
    "-": "left out",
    "+": "made up",
    _DIFFERENT: "in both, but different",
    _DENIAL: "denied here",
    "=": "in both",
    "?": "not understood",
}
_STYLES = {"-": "yellow", "+": "red", "=": "green", "?": "dim", _DENIAL: "cyan"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_GRAVEST_FIRST = {"urgent": 0, "actionable": 1, "minor": 2, "expected": 3}


class _Mark(NamedTuple):
    """A stretch of a report and what is said of it below, for example "-1"."""

    start: int
    end: int
    label: str


def page(one: Example, result: RunResult) -> str:
    """Returns the pair as text of at most the terminal's width: both reports, then what was found, gravest first."""
    from rich.console import Console

    (label,) = result.metrics
    score = _printable_score(result.score(label, 0))
    one = replace(one, candidate=_printable(one.candidate), references=tuple(map(_printable, one.references)))
    members = [item.by for item in score.evidence if item.kind == "verdict"]
    found = [item for item in score.evidence if not _is_of_the_pair(item)]
    numbered = list(enumerate(sorted(_found_once(found, members), key=_gravity), 1))
    console = Console(width=min(100, _columns()), highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(_printable(_title(one)), style="bold", soft_wrap=False)
        console.print(_side_by_side(one, numbered))
        console.print()
        for item in filter(_is_of_the_pair, score.evidence):
            console.print(_said_of_the_pair(item, members))
        _print_lines(console, numbered)
        if not score.evidence:
            console.print("no evidence: " + (score.reason or f"{label} gives none for this pair"))
        console.print()
        metric = result[label]
        if score.value is None:
            console.print(f"{label}: no score, since {score.reason}" + (f" ({score.detail})" if score.detail else ""))
        else:
            console.print(f"{label} ({metric.info.main}): {score.value:.3f}")
        shown = {part.name: part for part in metric.info.parts if not part.detail}
        parts = ", ".join(
            f"{name} {part:.0f}" if shown[name].range[1] is None and part.is_integer() else f"{name} {part:.3f}"
            for name, part in score.parts.items()
            if part is not None and name in shown
        )
        if parts:
            console.print(parts)
        signs = {_sign(item.kind) for _, item in numbered} | {_DENIAL for _, item in numbered if _has_denial(item)}
        legend = "   ".join(f"{sign} {words}" for sign, words in _LEGEND.items() if sign in signs)
        if legend:
            console.print(legend, style="dim")
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())


def _printable(text: str) -> str:
    """Returns a text of the same length without what a terminal would obey rather than print."""
    return _CONTROLS.sub("\ufffd", text)


def _printable_score(score: Score) -> Score:
    evidence = [replace(item, text=_printable(item.text), note=_printable(item.note)) for item in score.evidence]
    return replace(score, detail=_printable(score.detail), evidence=tuple(evidence))


def _is_of_the_pair(item: Evidence) -> bool:
    """Tells whether evidence is on the pair as a whole: a member's verdict, a rating."""
    return not item.text and not item.concept and item.kind not in _SIGNS


def _said_of_the_pair(item: Evidence, members: Sequence[str]) -> str:
    member = f"m{members.index(item.by) + 1} " if item.by in members else ""
    return f"{member}{item.by if item.kind == 'verdict' else item.kind}: {item.note}"


def _found_once(found: Sequence[Evidence], members: Sequence[str]) -> list[Evidence]:
    """Returns what the members of a jury found, once where several found it, each with their short names as `by`."""
    if len(members) < 2:
        return list(found)
    seen: Counter[Evidence] = Counter()
    alike: dict[tuple[Evidence, int], list[Evidence]] = {}
    for item in found:
        # What one member says twice of the same words are two findings of its own.
        seen[bare := replace(item, note="")] += 1
        alike.setdefault((replace(bare, by=""), seen[bare]), []).append(item)
    return [
        replace(
            items[0],
            note=" / ".join(dict.fromkeys(item.note for item in items if item.note)),
            by=", ".join(f"m{members.index(item.by) + 1}" for item in items),
        )
        for items in alike.values()
    ]


def _title(one: Example) -> str:
    """Returns the pair's names and what is known of the patient, on which the significance rests."""
    known = [f"system {one.system}"] if one.system else []
    context = one.context
    if context.age is not None:
        known.append(f"{context.age:.0f} years" if context.age >= 2 else f"{context.age * 12:.0f} months")
    known += [context.sex] if context.sex else []
    known += [f"indication: {context.indication}"] if context.indication else []
    return ", ".join([f"id {one.id}", *known])


def _gravity(item: Evidence) -> tuple[int, int]:
    """Returns where evidence stands in the list: errors, gravest first, what was not understood, the rest."""
    group = {"matched": 2, "unread": 1}.get(item.kind, 0)
    return group, _GRAVEST_FIRST.get(item.significance or "", len(_GRAVEST_FIRST))


def _print_lines(console: Console, numbered: Sequence[tuple[int, Evidence]]) -> None:
    """Prints one line for each piece of evidence, what both reports say alike in one."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column()
    plain: list[str] = []
    for number, item in numbered:
        sign = _sign(item.kind)
        if item.kind == "matched" and not item.note:
            plain.append(f"{number} {_what(item)}{_by(item)}")
        elif item.kind != "unread":
            style = _STYLES.get(sign, "magenta")
            table.add_row(Text(f"{sign}{number}", style=style), Text(_line(item), style=style))
    if plain:
        table.add_row(Text("=", style=_STYLES["="]), Text("in both: " + ", ".join(plain), style=_STYLES["="]))
    unread = sum(item.kind == "unread" for _, item in numbered)
    if unread:
        words = f"not understood, so that it counts for nothing: {unread} statement" + "s" * (unread > 1)
        table.add_row(Text("?", style=_STYLES["?"]), Text(words, style=_STYLES["?"]))
    console.print(table)


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS", "") or os.get_terminal_size().columns)
    except (OSError, ValueError):
        return 80


def _side_by_side(one: Example, numbered: Sequence[tuple[int, Evidence]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True)
    table.add_column("candidate", ratio=1)
    table.add_column("reference" if len(one.references) == 1 else "references", ratio=1)
    candidate = _marked(one.candidate, [mark for item in numbered if (mark := _mark(item, "candidate", 0))])
    for place, text in enumerate(one.references):
        marks = [mark for item in numbered if (mark := _mark(item, "reference", place))]
        table.add_row(candidate if place == 0 else "", _marked(text, marks))
    return table


def _mark(item: tuple[int, Evidence], side: str, reference: int) -> _Mark | None:
    """Returns where a piece of evidence stands in a report, None where it does not."""
    number, evidence = item
    if side == "reference" and evidence.reference != reference:
        return None
    if evidence.side == side:
        # What was not understood is listed as a count only.
        label = _sign(evidence.kind) + ("" if evidence.kind == "unread" else str(number))
        return evidence.span and _Mark(*evidence.span, label)
    sign = _DENIAL if _has_denial(evidence) else _sign(evidence.kind)
    return evidence.counterpart and _Mark(*evidence.counterpart, f"{sign}{number}")


def _has_denial(item: Evidence) -> bool:
    """Tells whether evidence on one report points to the words of the other that deny it."""
    return item.kind in ("omitted", "false") and item.counterpart is not None


def _marked(text: str, marks: Sequence[_Mark]) -> Any:
    """Returns a report in which each mark stands in brackets with its sign and number, one within another."""
    from rich.text import Text

    by_span: dict[tuple[int, int], list[str]] = {}
    for mark in marks:
        by_span.setdefault((mark.start, mark.end), []).append(mark.label)
    shown = Text()
    place, ends = 0, list[tuple[int, str]]()
    for (start, end), labels in sorted(by_span.items(), key=lambda item: (item[0][0], -item[0][1])):
        while ends and ends[-1][0] <= start:
            place = _close(shown, text, place, ends)
        if ends and end > ends[-1][0]:
            # Across the end of another mark; the list below names it all the same.
            continue
        style = _STYLES.get(labels[0][0], "magenta")
        shown.append(text[place:start], style=ends[-1][1] if ends else "")
        shown.append(f"[{' '.join(labels)} ", style=style)
        place = start
        ends.append((end, style))
    while ends:
        place = _close(shown, text, place, ends)
    shown.append(text[place:])
    return shown if text.strip() else Text("(empty)", style="dim")


def _close(shown: Text, text: str, place: int, ends: list[tuple[int, str]]) -> int:
    end, style = ends.pop()
    shown.append(text[place:end] + "]", style=style)
    return end


def _sign(kind: str) -> str:
    return _SIGNS.get(kind, _DIFFERENT)


def _what(item: Evidence) -> str:
    return item.concept.replace("_", " ") or item.text.rstrip(". ")


def _by(item: Evidence) -> str:
    return f" ({item.by})" if item.by else ""


def _line(item: Evidence) -> str:
    weight = f" ({item.significance})" if item.significance else ""
    return _WORDS.get(item.kind, "") + "; ".join(filter(None, [f"{_what(item)}{weight}", item.note])) + _by(item)
