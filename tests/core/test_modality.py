"""Names of examinations."""

from __future__ import annotations

import pytest

from radeval.core.example import Context, Example
from radeval.core.metric import RunContext
from radeval.metrics.entity.reading import modality_of
from radeval.run.plan import plan
from radeval.run.scope import scope_notices


@pytest.mark.parametrize(
    "name",
    [
        "CXR",
        "cr",
        "DX",
        "XR",
        "chest x-ray",
        "Chest X-Ray (PA and lateral)",
        "DG CHEST 1V PORT",
        "Chest single AP view",
        "Chest radiograph",
    ],
)
def test_every_name_of_a_chest_radiograph_is_one(name):
    assert Context(modality=name).modality == "cxr"


@pytest.mark.parametrize("name", ["CT", "ct chest", "CT CHEST W/O CONTRAST", "HRCT", "Chest CTA", "tomography"])
def test_every_name_of_a_chest_ct_is_one(name):
    context = Context(modality=name)
    assert context.modality == "ct"
    assert modality_of(Example("a", "x", ("y",), context=context)) == "ct"


@pytest.mark.parametrize(
    "name",
    ["MR", "chest", "ribs with chest 3 views", "CT head", "XR knee", "CT abdomen", "ultrasound"],
)
def test_another_examination_keeps_its_name_and_is_told(name):
    context = Context(modality=f" {name} ")
    assert context.modality == name.lower()
    (notice,) = scope_notices(plan("findings", "whole", RunContext()), [Example("a", "x", ("y",), context=context)])
    assert "another modality" in notice


@pytest.mark.parametrize("name", ["DX", "chest CT", "XR"])
def test_our_examinations_are_not_told(name):
    example = Example("a", "Small left effusion.", ("Clear lungs.",), context=Context(modality=name))
    assert scope_notices(plan("findings", "whole", RunContext()), [example]) == []
