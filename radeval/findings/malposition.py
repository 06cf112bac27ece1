"""Puts a malposition with the device that it is of: "malpositioned right PICC" is one finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from radeval.core.finding import Finding, Kind, Presence

_MALPOSITION = "malpositioned_tube"
_SAID = "malpositioned"
"""How a device is described that is said to lie wrongly; see the rules of significance."""


def with_malposition(found: Sequence[Finding]) -> list[Finding]:
    """Returns the findings of a clause, a malposition as a description of the device nearest to it.

    Without a device that is there it stays a finding of its own, as does a doubtful or denied one.

    Args:
        found: The findings of one clause.
    """
    wrong = [one for one in found if one.concept == _MALPOSITION and one.presence is Presence.PRESENT]
    devices = [one for one in found if one.kind is Kind.DEVICE and one.presence is Presence.PRESENT]
    if not wrong or not devices:
        return list(found)
    of = {id(_nearest(bad, devices)): bad for bad in wrong}
    return [
        _described(one, of[id(one)]) if id(one) in of else one for one in found if all(one is not bad for bad in wrong)
    ]


def _described(device: Finding, bad: Finding) -> Finding:
    # The malposition has no place of its own: where it is said to be is where the device is.
    return replace(device, descriptors=(*device.descriptors, _SAID), locations=bad.locations or device.locations)


def _nearest(bad: Finding, devices: Sequence[Finding]) -> Finding:
    return min(devices, key=lambda one: abs(one.span[0] - bad.span[0]))
