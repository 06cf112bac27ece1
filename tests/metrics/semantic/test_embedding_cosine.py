"""The cosine of two reports' vectors, as a sentence encoder gives them."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import radeval
from radeval.core.errors import MissingResourceError
from radeval.core.metric import RunContext
from radeval.core.registry import make_metric

TEXTS = ("Small left pleural effusion.", "There is a little fluid at the left base.", "Dogs bark.", "x " * 400)


def expected(folder, pooling: str) -> np.ndarray:
    """The cosines by the plain use of transformers, one text at a time, at most 256 tokens as the model states."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    made = []
    for text in TEXTS:
        with torch.inference_mode():
            read = model(**tokenizer(text, truncation=True, max_length=256, return_tensors="pt"))
        made.append(
            (read.last_hidden_state[0].mean(dim=0) if pooling == "mean" else read.last_hidden_state[0, 0]).numpy()
        )
    unit = np.stack(made) / np.linalg.norm(made, axis=1, keepdims=True)
    return unit[0] @ unit.T


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_value_is_the_cosine_of_what_the_model_gives(pooling, minilm_folder) -> None:
    metric = f"embedding_cosine:model={minilm_folder},pooling={pooling}"
    run = radeval.score([TEXTS[0]] * len(TEXTS), TEXTS, metric, n_boot=0)
    found = run["embedding_cosine"].scores.value
    np.testing.assert_allclose(found, expected(minilm_folder, pooling), rtol=0, atol=1e-5)
    assert found[0] == pytest.approx(1.0)
    assert found[0] > found[1] > found[2]
    assert any("reads at most 256 tokens: 1 longer text" in one for one in run.notices)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"pooling_mode_mean_tokens": True}, False),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, True),
        ({"pooling_mode": "cls"}, True),
        ({"pooling_mode": "mean"}, False),
        ({"pooling_mode_max_tokens": True}, True),
    ],
)
def test_another_pooling_than_the_model_was_trained_for_is_told(stated, told, tiny_models, tmp_path) -> None:
    folder = tmp_path / "own"
    shutil.copytree(tiny_models / "sentence-transformers" / "all-MiniLM-L6-v2", folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(stated))
    run = radeval.score(["Effusion."], ["Dogs."], f"embedding_cosine:model={folder},pooling=mean", n_boot=0)
    assert any("was trained for pooling=" in one for one in run.notices) == told


def test_an_empty_report_is_worse_than_any(tiny_models) -> None:
    values = radeval.score(["", "Effusion.", ""], ["Effusion.", "Dogs.", ""], "embedding_cosine", n_boot=0)
    assert values["embedding_cosine"].scores.value[[0, 2]].tolist() == [-1.0, -1.0]
    assert values["embedding_cosine"].scores.value[1] > -1.0


def test_no_model_is_one_error_with_what_to_do(only_models_in) -> None:
    only_models_in(None)
    with pytest.raises(MissingResourceError, match="hf download sentence-transformers/all-MiniLM-L6-v2"):
        make_metric("embedding_cosine").check(RunContext())
