"""`python -m radeval` is the command `radeval`."""

from __future__ import annotations

from radeval.cli.main import run

if __name__ == "__main__":
    run()
