"""Metrics of other packages: a real one is installed, broken ones are laid out by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PLUGIN = Path(__file__).with_name("plugin")
NAME = "radeval-plugin-example"


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A folder into which pip has installed the example plugin."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    done = subprocess.run([*command, "--target", str(target), str(PLUGIN)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def run(code, *folders, arguments=(), check=True):
    """Runs Python code in a process of its own that finds packages in these folders, too."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders)), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-c", dedent(code), *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=check,
        encoding="utf-8",
    )


def answer(code, *folders, arguments=()):
    """Returns the JSON that the code prints."""
    done = run(code, *folders, arguments=arguments, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def command_line(tmp_path_factory):
    """Runs the command line, without NLTK: whether METEOR is ready takes seconds to find out."""
    blocked = tmp_path_factory.mktemp("without_nltk")
    (blocked / "nltk.py").write_text("raise ImportError('NLTK is kept out of this test')")

    def call(*arguments, folders=()):
        code = "from radeval.cli.main import run; run()"
        return run(code, blocked, *folders, arguments=arguments, check=False)

    return call


@pytest.fixture
def lay_out(tmp_path):
    """Lays a distribution out as pip would, without building one."""

    def make(distribution, entry_points, **modules):
        folder = tmp_path / distribution
        information = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        information.mkdir(parents=True)
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = [f"{name} = {value}" for name, value in entry_points.items()]
        (information / "entry_points.txt").write_text("\n".join(["[radeval.metrics]", *lines, ""]))
        for name, source in modules.items():
            (folder / f"{name}.py").write_text(dedent(source))
        return folder

    return make


METRIC = """
from radeval import EmptyRules, Metric, MetricInfo, Score

class {cls}(Metric):
    info = MetricInfo(
        name="{name}", version=1, summary="always the same", main="{name}", direction="higher", range=(0.0, 1.0),
        citation="none", empty=EmptyRules(candidate=0.0, reference=0.0, both=0.0),
    )

    def score(self, example, context):
        {body}
"""


def metric_source(name, body="return Score.ok(0.25)", cls="Constant"):
    return METRIC.format(name=name, body=body, cls=cls)


# A plugin that is as it should be


def test_an_installed_plugin_is_listed_after_our_own_metrics(installed):
    code = """
        import json
        from radeval.core.registry import METRICS, metric_names
        print(json.dumps([metric_names(), list(METRICS)]))
    """
    names, ours = answer(code, installed)
    assert names == [*ours, "length_ratio"]


def test_the_command_line_lists_and_describes_an_installed_plugin(command_line, installed):
    listed = command_line("metrics", folders=[installed])
    assert listed.returncode == 0
    assert "length_ratio" in listed.stdout
    described = command_line("metrics", "length_ratio", "--json", folders=[installed])
    assert json.loads(described.stdout)["parameters"][0]["choices"] == ["words", "lines"]


def test_the_command_line_scores_with_an_installed_plugin(command_line, installed, tmp_path):
    (tmp_path / "preds.csv").write_text("id,report\n1,no effusion\n2,clear\n")
    (tmp_path / "refs.csv").write_text("id,report\n1,no pleural effusion seen\n2,clear\n")
    done = command_line(
        "score", tmp_path / "preds.csv", tmp_path / "refs.csv", "-m", "length_ratio", "--format", "json",
        folders=[installed],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "0.75" in done.stdout


def test_an_installed_plugin_scores_with_its_parts_and_their_reasons(installed):
    code = """
        import json, radeval
        run = radeval.score(["a b", "a b c d", "", "x"], ["a b", "a b", "a", ""], "length_ratio")
        found = [run.score("length_ratio", index) for index in range(4)]
        print(json.dumps({
            "values": [one.value for one in found],
            "parts": [one.parts["relative_length"] for one in found],
            "reasons": [dict(one.part_reasons) for one in found],
            "mean": run.aggregates["length_ratio"].value,
            "undefined": run.aggregates["length_ratio/relative_length"].n_undefined,
            "signature": str(run.signatures["length_ratio"]),
        }))
    """
    found = answer(code, installed)
    assert found["values"] == [1, 0.5, 0, 0]
    assert found["parts"] == [1, 2, 0, None]
    assert found["reasons"] == [{}, {}, {}, {"relative_length": "the reference is empty"}]
    assert found["mean"] == 0.375
    assert found["undefined"] == 1
    assert found["signature"].startswith("length_ratio@1|unit=words|sections=whole|radeval=")


def test_a_plugins_parameter_is_set_by_spec_and_checked(installed):
    code = """
        import json, radeval
        from radeval.core.errors import ParameterError
        value = radeval.score(["a b c"], ["a\\nb"], "length_ratio:unit=lines").aggregates["length_ratio"].value
        try:
            radeval.load_metric("length_ratio:unit=pages")
        except ParameterError as error:
            print(json.dumps([value, str(error)]))
    """
    value, message = answer(code, installed)
    assert value == 0.5
    assert "words, lines" in message


def test_a_run_with_a_plugin_loads_where_the_plugin_is_not_installed(installed, tmp_path):
    answer(
        """
        import sys, radeval
        radeval.score(["a b", "c"], ["a", ""], "length_ratio", out=sys.argv[1])
        print("null")
        """,
        installed,
        arguments=[tmp_path / "run"],
    )
    code = """
        import json, sys, radeval
        run = radeval.RunResult.load(sys.argv[1])
        print(json.dumps([run.aggregates["length_ratio"].value, list(run.evidence())[0]["evidence"][0]["text"]]))
    """
    assert answer(code, arguments=[tmp_path / "run"]) == [0.25, "b"]


CANDIDATE = "EXAM: chest\nFINDINGS: Clear lungs today.\nIMPRESSION: Normal."
REFERENCE = "INDICATION: cough for three days\n\nFINDINGS:\nClear\n\nIMPRESSION: Nothing new."

EVIDENCE = """
    import json, sys, radeval
    candidates, references, options = json.loads(sys.argv[1])
    run = radeval.score(candidates, references, "length_ratio", **options)
    print(json.dumps([list(run.evidence()), [run.score("length_ratio", n).value for n in range(len(run))]]))
"""


def evidence_of(installed, candidates, references, **options):
    lines, values = answer(EVIDENCE, installed, arguments=[json.dumps([candidates, references, options])])
    return lines, values


def check_spans(lines, candidates, references):
    """Checks that each span holds its text in the original report, and returns kind and text of all evidence."""
    found = []
    for line in lines:
        index = int(line["id"])
        for item in line["evidence"]:
            given = references[index]
            texts = [given] if isinstance(given, str) else given
            original = candidates[index] if item["side"] == "candidate" else texts[item["reference"]]
            assert original[slice(*item["span"])] == item["text"], item
            found.append((item["kind"], item["text"]))
    return found


def test_evidence_points_into_the_report_that_was_given(installed):
    lines, values = evidence_of(installed, ["a b c", "x"], ["a b", "x y"])
    assert check_spans(lines, ["a b c", "x"], ["a b", "x y"]) == [("surplus", "c"), ("lacking", "y")]
    assert values == [pytest.approx(2 / 3), 0.5]
    assert {line["metric"] for line in lines} == {"length_ratio"}
    assert {line["status"] for line in lines} == {"ok"}


def test_evidence_points_into_the_original_report_where_a_section_was_scored(installed):
    candidates, references = [CANDIDATE, "Clear"], [REFERENCE, "FINDINGS: Clear and expanded.\nIMPRESSION: Fine."]
    lines, values = evidence_of(installed, candidates, references, sections="findings")
    assert values == [pytest.approx(1 / 3), pytest.approx(1 / 3)]
    assert check_spans(lines, candidates, references) == [
        ("surplus", "lungs"),
        ("surplus", "today."),
        ("lacking", "and"),
        ("lacking", "expanded."),
    ]


def test_evidence_names_the_reference_it_points_into(installed):
    references = [["one two three four five six", "a b c d"]]
    lines, values = evidence_of(installed, ["a b c"], references)
    assert values == [0.75]
    assert check_spans(lines, ["a b c"], references) == [("lacking", "d")]


def test_evidence_names_the_reference_it_points_into_where_one_lacks_the_section(installed):
    references = [["IMPRESSION: Nothing of this is scored.", "EXAM: chest\nFINDINGS: a b c d\nIMPRESSION: none"]]
    lines, values = evidence_of(installed, ["a b c"], references, sections="findings")
    assert values == [0.75]
    assert check_spans(lines, ["a b c"], references) == [("lacking", "d")]


def test_evidence_names_the_reference_it_points_into_where_an_empty_one_comes_first(installed):
    references = [["", "a b c d"], [" ", "one two three four five six", "a b c d"]]
    lines, values = evidence_of(installed, ["a b c", "a b c"], references)
    assert values == [0.75, 0.75]
    assert [item["reference"] for line in lines for item in line["evidence"]] == [1, 2]
    assert check_spans(lines, ["a b c", "a b c"], references) == [("lacking", "d")] * 2


def test_evidence_in_a_written_run_is_the_evidence_in_memory(installed, tmp_path):
    code = """
        import json, sys, radeval
        arguments = [["a b c", "x"], ["a b", "x y"], "length_ratio"]
        print(json.dumps([list(radeval.score(*arguments).evidence()),
                          list(radeval.score(*arguments, out=sys.argv[1]).evidence())]))
    """
    in_memory, written = answer(code, installed, arguments=[tmp_path / "run"])
    assert in_memory == written


# The whole registry's properties hold for a plugin, too


def test_an_installed_plugin_passes_the_tests_of_the_registry(installed):
    environment = os.environ | {"PYTHONPATH": str(installed)}
    tests = Path(__file__).with_name("test_registry.py")
    command = [sys.executable, "-m", "pytest", str(tests), "-q", "-k", "length_ratio", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-p", "no:xdist"],
        env=environment,
        capture_output=True,
        text=True,
        cwd=PLUGIN.parent.parent,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


# Plugins that are not as they should be

ERROR_OF = """
    import json, sys, radeval
    from radeval.core.errors import PluginError
    try:
        radeval.load_metric(sys.argv[1])
    except PluginError as error:
        value = radeval.score(["no effusion"], ["no effusion"], "rouge").aggregates["rouge"].value
        print(json.dumps([str(error), error.exit_code, value]))
"""


def test_a_plugin_that_fails_at_import_is_named_with_its_distribution(lay_out):
    folder = lay_out("broken-metrics", {"boom": "boom_module:Boom"}, boom_module="raise RuntimeError('no licence')")
    message, code, rouge = answer(ERROR_OF, folder, arguments=["boom"])
    assert "'boom'" in message
    assert "RuntimeError: no licence" in message
    assert "broken-metrics" in message
    assert (code, rouge) == (1, 1)


def test_a_plugin_without_its_module_is_named_with_its_distribution(lay_out):
    message, _, _ = answer(ERROR_OF, lay_out("gone-metrics", {"gone": "no_such_module:Gone"}), arguments=["gone"])
    assert "gone-metrics" in message
    assert "ModuleNotFoundError" in message


def test_a_plugin_that_is_no_metric_is_named_with_its_distribution(lay_out):
    folder = lay_out("odd-metrics", {"odd": "odd_module:odd"}, odd_module="def odd(a, b): return 1.0")
    message, _, rouge = answer(ERROR_OF, folder, arguments=["odd"])
    assert "odd-metrics" in message
    assert "not a subclass of radeval.Metric" in message
    assert rouge == 1


def test_a_plugin_that_declares_another_name_is_refused(lay_out):
    folder = lay_out("wrong-metrics", {"mine": "wrong_module:Constant"}, wrong_module=metric_source("yours"))
    message, _, _ = answer(ERROR_OF, folder, arguments=["mine"])
    assert "wrong-metrics" in message
    assert "'mine'" in message


def test_a_plugin_without_a_declaration_is_refused(lay_out):
    source = "from radeval import Metric\nclass Bare(Metric):\n    def score(self, example, context): ..."
    message, _, _ = answer(
        ERROR_OF, lay_out("bare-metrics", {"bare": "bare_module:Bare"}, bare_module=source), arguments=["bare"]
    )
    assert "bare-metrics" in message


def test_broken_plugins_stay_in_the_list_and_hide_no_other_metric(command_line, lay_out, installed):
    boom = lay_out("broken-metrics", {"boom": "boom_module:Boom"}, boom_module="raise RuntimeError('no licence')")
    odd = lay_out("odd-metrics", {"odd": "odd_module:odd"}, odd_module="odd = 1")
    done = command_line("metrics", "--json", folders=[boom, odd, installed])
    assert done.returncode == 0, done.stderr
    ready = {one["name"]: one["ready"] for one in json.loads(done.stdout)}
    assert ready["length_ratio"] == ready["rouge"] == ready["bleu"] == "yes"
    assert "broken-metrics" in ready["boom"]
    assert "odd-metrics" in ready["odd"]
    listed = command_line("metrics", folders=[boom, odd, installed])
    assert listed.returncode == 0, listed.stderr
    assert "broken-metrics" in listed.stdout


@pytest.mark.parametrize("where", ["__init__", "check"])
def test_a_plugin_that_fails_when_it_is_made_or_checked_hides_no_other_metric(command_line, lay_out, where):
    source = (
        metric_source("faulty") + f"\n    def {where}(self, *args, **kwargs):\n        raise OSError('no weights')\n"
    )
    folder = lay_out("faulty-metrics", {"faulty": "faulty_module:Constant"}, faulty_module=source)
    done = command_line("metrics", "--json", folders=[folder])
    assert done.returncode == 0, done.stderr
    names = [one["name"] for one in json.loads(done.stdout)]
    assert "rouge" in names
    assert "faulty" in names


def test_a_doctor_finds_broken_plugins(command_line, lay_out):
    folder = lay_out("broken-metrics", {"boom": "boom_module:Boom"}, boom_module="raise RuntimeError('no licence')")
    done = command_line("doctor", folders=[folder])
    assert "broken-metrics" in done.stdout
    assert done.returncode == 1


def test_a_plugin_that_claims_our_name_does_not_replace_ours(command_line, lay_out):
    folder = lay_out("greedy-metrics", {"bleu": "greedy_module:Constant"}, greedy_module=metric_source("bleu"))
    code = """
        import json, radeval
        from radeval.core.registry import metric_class, metric_names, shadowed_plugins
        value = radeval.score(["a b c d"], ["e f g h"], "bleu").aggregates["bleu"].value
        print(json.dumps([value, metric_class("bleu").__module__, metric_names().count("bleu"), shadowed_plugins()]))
    """
    value, module, count, shadowed = answer(code, folder)
    assert value < 1e-6
    assert module == "radeval.metrics.lexical.bleu"
    assert count == 1
    assert shadowed == {"bleu": "greedy-metrics"}
    assert "greedy-metrics" in command_line("doctor", folders=[folder]).stdout


def test_a_name_that_two_plugins_claim_is_an_error_that_names_both(lay_out):
    one = lay_out("first-metrics", {"twice": "first_module:Constant"}, first_module=metric_source("twice"))
    two = lay_out("second-metrics", {"twice": "second_module:Constant"}, second_module=metric_source("twice"))
    message, _, rouge = answer(ERROR_OF, one, two, arguments=["twice"])
    assert "first-metrics" in message
    assert "second-metrics" in message
    assert rouge == 1


def test_a_plugin_that_fails_on_one_example_loses_that_one_alone(lay_out):
    body = "if 'bad' in example.candidate: raise KeyError('bad')\n        return Score.ok(0.5)"
    folder = lay_out(
        "fragile-metrics", {"fragile": "fragile_module:Constant"}, fragile_module=metric_source("fragile", body)
    )
    code = """
        import json, radeval
        run = radeval.score(["good", "bad", "good"], ["x"] * 3, ["fragile", "rouge"])
        found = run.aggregates["fragile"]
        print(json.dumps([run["fragile"].scores.status, found.value, found.n_error, list(run.evidence())[0]["detail"]]))
    """
    status, value, errors, detail = answer(code, folder)
    assert status == ["ok", "error", "ok"]
    assert (value, errors) == (0.5, 1)
    assert "KeyError" in detail


def test_a_plugin_that_returns_undeclared_parts_gives_errors_and_no_numbers(lay_out):
    source = metric_source("loose", "return Score.ok(0.5, {'surprise': 1.0})")
    code = """
        import json, radeval
        run = radeval.score(["a", "b"], ["a", "b"], "loose")
        print(json.dumps([run["loose"].scores.status, run.aggregates["loose"].value]))
    """
    status, value = answer(code, lay_out("loose-metrics", {"loose": "loose_module:Constant"}, loose_module=source))
    assert status == ["error", "error"]
    assert value is None


def test_a_plugin_that_leaves_its_range_gives_errors_and_no_numbers(lay_out):
    source = metric_source("wild", "return Score.ok(2.0 if example.candidate == 'a' else 0.5)")
    code = """
        import json, radeval
        run = radeval.score(["a", "b"], ["a", "b"], "wild")
        print(json.dumps([run["wild"].scores.status, run.aggregates["wild"].value]))
    """
    status, value = answer(code, lay_out("wild-metrics", {"wild": "wild_module:Constant"}, wild_module=source))
    assert status == ["error", "ok"]
    assert value == 0.5


def test_evidence_outside_the_report_does_not_end_the_run(lay_out):
    body = "return Score.ok(0.5, evidence=(Evidence('odd', 'candidate', (0, 999)),))"
    source = "from radeval import Evidence\n" + metric_source("far", body)
    code = """
        import json, radeval
        statuses = [radeval.score([text], ["FINDINGS: x"], "far", sections=sections)["far"].scores.status
                    for sections in ("whole", "findings") for text in ("FINDINGS: x", "IMPRESSION: x")]
        print(json.dumps(statuses))
    """
    statuses = answer(code, lay_out("far-metrics", {"far": "far_module:Constant"}, far_module=source))
    assert statuses == [["error"]] * 4


def test_evidence_at_the_start_of_an_empty_report_is_kept_where_sections_are_scored(lay_out):
    body = "return Score.ok(0.5, evidence=(Evidence('empty', 'candidate', (0, 0)),))"
    source = "from radeval import Evidence\n" + metric_source("start", body)
    code = """
        import json, radeval
        candidates = ["", "IMPRESSION: x", "FINDINGS:\\nIMPRESSION: x", "FINDINGS: x"]
        statuses = [radeval.score(candidates, ["FINDINGS: x"] * 4, "start", sections=sections)["start"].scores.status
                    for sections in ("whole", "findings")]
        print(json.dumps(statuses))
    """
    statuses = answer(code, lay_out("start-metrics", {"start": "start_module:Constant"}, start_module=source))
    assert statuses == [["ok"] * 4] * 2


def test_an_example_plugin_imports_nothing_but_the_public_names():
    source = (PLUGIN / "src" / "radeval_plugin_example" / "__init__.py").read_text(encoding="utf-8")
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert [line.split()[1] for line in imports] == ["__future__", "re", "radeval"]
