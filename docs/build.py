"""Writes the parts of README.md and docs/ that come from the program itself.

A block that begins with the line `<!-- run: radeval ... -->` is followed by a fenced block with what that command
prints; docs/cli.md and docs/metrics.md are written whole. `python docs/build.py` writes, `--check` fails where anything
would change.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (
    "score",
    "explain",
    "compare",
    "study list",
    "study check",
    "study run",
    "study fit",
    "metrics",
    "models list",
    "models path",
    "models check",
    "prompts",
    "prompts show",
    "doctor",
    "cache list",
    "cache check",
    "cache clear",
)
BLOCK = re.compile(r"(<!-- run: (radeval [^\n]*?) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
WRITTEN_BY = "<!-- Written by docs/build.py: change the program, not this page. -->\n"


def output(command: str, folder: Path) -> str:
    """Returns what a command prints to both streams, talk after data."""
    environment = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    # Only ours: what is installed beside must not show in the documentation.
    program = [sys.executable, "-c", "from radeval.cli.main import run; run()"]
    done = subprocess.run(
        [*program, *shlex.split(command)[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout + done.stderr


def filled(page: Path, folder: Path) -> str:
    """Returns a page with its blocks written anew."""
    return BLOCK.sub(lambda match: match[1] + output(match[2], folder) + match[4], page.read_text(encoding="utf-8"))


def cli_page(folder: Path) -> str:
    """Returns the page of the command line."""
    parts = [WRITTEN_BY, "# Command line\n", f"```text\n{output('radeval --help', folder)}```\n"]
    for name in COMMANDS:
        parts.append(f"## radeval {name}\n\n```text\n{output(f'radeval {name} --help', folder)}```\n")
    return "\n".join(parts)


def metrics_page(folder: Path) -> str:
    """Returns the page of our metrics."""
    from radeval.core.registry import METRICS

    parts = [WRITTEN_BY, "# Metrics\n"]
    for name in METRICS:
        lines = output(f"radeval metrics {name}", folder).splitlines()
        # What is ready differs from machine to machine.
        start = next(place for place, line in enumerate(lines) if line.startswith("  ready here"))
        end = next(place for place, line in enumerate(lines) if line.startswith("  source"))
        kept = lines[:start] + lines[end:]
        parts.append(f"## {name}\n\n```text\n" + "\n".join(kept) + "\n```\n")
    return "\n".join(parts)


LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def broken_links(pages: dict[Path, str]) -> list[str]:
    """Returns the links of pages to files that are not there."""
    others = [ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "benchmarks/README.md")]
    texts = pages | {page: page.read_text(encoding="utf-8") for page in others}
    return [
        f"{page.relative_to(ROOT)}: {link}"
        for page, text in texts.items()
        for link in LINK.findall(text)
        if not (page.parent / link).exists()
    ]


def main() -> None:
    """Writes or checks the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a page is out of date")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "examples").symlink_to(ROOT / "examples")
        pages = {ROOT / "docs" / "cli.md": cli_page(folder), ROOT / "docs" / "metrics.md": metrics_page(folder)}
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            if page not in pages:
                pages[page] = filled(page, folder)
    broken = broken_links(pages)
    if broken:
        raise SystemExit("links to nothing: " + "; ".join(broken))
    stale = [page for page, text in pages.items() if not page.exists() or page.read_text(encoding="utf-8") != text]
    if check and stale:
        names = ", ".join(str(page.relative_to(ROOT)) for page in stale)
        raise SystemExit(f"out of date: {names}; run python docs/build.py and commit")
    for page in stale:
        page.write_text(pages[page], encoding="utf-8")
    print(f"{len(pages)} pages, {len(stale)} written" if not check else f"{len(pages)} pages are up to date")


if __name__ == "__main__":
    main()
