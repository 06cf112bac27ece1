"""What the reader returns."""

from __future__ import annotations

from dataclasses import dataclass

from radeval.core.finding import Finding


@dataclass(frozen=True, slots=True)
class Reading:
    """The findings of one report. Depends on its text only, not on the patient.

    Attributes:
        findings: In the order of the text.
        sentences: Start and end offset of each sentence that was read.
        unread: Start and end offset of each clause that says something clinical that was not understood, or has words
            that the reader does not know; in the order of the text, each within a sentence.
    """

    findings: tuple[Finding, ...]
    sentences: tuple[tuple[int, int], ...]
    unread: tuple[tuple[int, int], ...]
