"""Short names: short, each another, and both ends of a spec in them."""

from __future__ import annotations

from radeval.study.names import short_names


def test_names_are_short_and_told_apart():
    labels = ["green", *(f"radfact:judge=http://127.0.0.1:8000/v1#model-{end}" for end in "ab")]
    names = short_names(labels, 22)
    assert names["green"] == "green"
    assert max(map(len, names.values())) <= 22
    assert all(names[label].startswith("radfact") and names[label].endswith(label[-8:]) for label in labels[1:])
    alike = [f"composite:file={middle * 30}/mine.toml" for middle in "pqr"]
    names = short_names(alike, 22)
    assert len(set(names.values())) == 3
    assert max(map(len, names.values())) <= 22
