"""Prompts: what a file may hold, what a model is sent, and what a user's own folder changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from radeval.core.errors import FileAccessError
from radeval.llm.prompts import PromptError, load_prompt, prompt_names

FILE = """
[prompt]
judge = "mine"
version = 1
summary = "a test"

[tasks.look]
system = "You look."
trusted = ["question"]
user = '''
{question}
{report}
Look.
'''

[[tasks.look.examples]]
slots.report = "Old {question} report"
slots.question = "Is it old?"
answer = '''
{"seen":
   true}
'''
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write(tmp_path, FILE)


def write(folder: Path, text: str) -> Path:
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / "v1.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_stable_part_comes_first_and_never_changes(own):
    prompt = load_prompt("mine/v1", own)
    first = prompt.messages("look", {"report": "one"}, {"question": "Old?"})
    second = prompt.messages("look", {"report": "two"}, {"question": "New?"})
    assert [one.role for one in first] == ["system", "user", "assistant", "user"]
    assert first[:-1] == second[:-1]
    assert first[-1] != second[-1]
    assert first[0].content.endswith("You look.")
    assert first[2].content == '{"seen": true}'


def test_report_text_is_fenced_and_the_users_own_words_are_not(own):
    asked = load_prompt("mine/v1", own).messages("look", {"report": "clear {question}"}, {"question": "Old?"})[-1]
    lines = asked.content.splitlines()
    assert lines[0] == "Old?"
    assert lines[1].startswith("<report ")
    assert lines[2:] == ["clear {question}", lines[1].replace("<", "</"), "Look."]


def test_a_prompt_for_a_model_trained_on_its_wording_has_no_fence(tmp_path):
    folder = write(tmp_path, FILE.replace('summary = "a test"', 'summary = "a test"\nfence = "none"'))
    prompt = load_prompt("mine/v1", folder)
    messages = prompt.messages("look", {"report": "clear"}, {"question": "Old?"})
    assert prompt.fence == "none"
    assert messages[0].content == "You look."
    assert messages[-1].content == "Old?\nclear\nLook."


def test_every_change_of_a_file_changes_its_digest(own):
    before = load_prompt("mine/v1", own).digest
    write(own, FILE.replace("You look.", "You look!"))
    after = load_prompt("mine/v1", own).digest
    assert len(before) == len(after) == 12
    assert before != after


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('system = "You look."', "system = 3", 8, "tasks.look.system"),
        ('system = "You look."', "", 7, "tasks.look.system"),
        ('summary = "a test"', 'summary = "a test"\nmodel = "x"', 6, "prompt.model"),
        ('{"seen":', '{"seen"', 19, "not JSON"),
        ("slots.report", "slots.reports", 7, "example 1 fills the slots question, reports"),
        ('["question"]', '["questions"]', 7, "trusted are questions, the question has question, report"),
        ("version = 1", "version = 0", 4, "prompt.version"),
        ("[prompt]", "[prompt", 2, "not TOML"),
    ],
)
def test_an_invalid_file_is_an_error_with_its_line(tmp_path, old, new, line, says):
    folder = write(tmp_path, FILE.replace(old, new, 1))
    with pytest.raises(PromptError) as caught:
        load_prompt("mine/v1", folder)
    assert caught.value.where == f"{folder / 'mine' / 'v1.toml'}, line {line}"
    assert says in caught.value.message


def test_a_file_at_the_wrong_place_is_an_error(tmp_path):
    with pytest.raises(PromptError, match="says that it is mine/v2"):
        load_prompt("mine/v1", write(tmp_path, FILE.replace("version = 1", "version = 2")))


def test_what_does_not_exist_is_named_with_what_does(own):
    with pytest.raises(PromptError, match="did you mean green/v1"):
        load_prompt("greem/v1")
    with pytest.raises(PromptError, match=r"no task 'lok'.*did you mean look"):
        load_prompt("mine/v1", own).messages("lok", {})
    with pytest.raises(
        PromptError, match="has the slots question, report, trusted question; the judge fills report, trusted none"
    ):
        load_prompt("mine/v1", own).messages("look", {"report": ""})
    with pytest.raises(FileAccessError):
        load_prompt("mine/v1", own / "nothing")


def test_an_own_folder_goes_before_ours_and_ours_fill_its_gaps(own):
    (own / "green").mkdir()
    ours = load_prompt("green/v1")
    text = ours.source.read_text(encoding="utf-8")
    (own / "green" / "v1.toml").write_text(text.replace("experienced", "careful"), encoding="utf-8")
    assert load_prompt("green/v1", own).digest != ours.digest
    assert load_prompt("radfact/v1", own) == load_prompt("radfact/v1")
    assert {"mine/v1", "green/v1", "radfact/v1"} <= set(prompt_names(own))
    assert "mine/v1" not in prompt_names()
