"""Units of measure and how one becomes another: ``kg`` to ``g``, ``EUR/kg`` to ``EUR/g``, ``C`` to ``F``."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple


class Linear(NamedTuple):
    """``new = old * scale + offset``, exactly."""

    scale: Fraction
    offset: Fraction


# What one of a unit is in its dimension's first one.
_DIMENSIONS: tuple[Mapping[str, Fraction], ...] = (
    {
        "g": Fraction(1), "kg": Fraction(1000), "t": Fraction(10**6), "mg": Fraction(1, 1000),
        "lb": Fraction("453.59237"), "oz": Fraction("28.349523125"),
    },
    {
        "m": Fraction(1), "km": Fraction(1000), "cm": Fraction(1, 100), "mm": Fraction(1, 1000),
        "mi": Fraction("1609.344"), "yd": Fraction("0.9144"), "ft": Fraction("0.3048"), "in": Fraction("0.0254"),
    },
    {"l": Fraction(1), "ml": Fraction(1, 1000), "cl": Fraction(1, 100), "hl": Fraction(100), "m3": Fraction(1000)},
    {"m2": Fraction(1), "ha": Fraction(10**4), "a": Fraction(100), "km2": Fraction(10**6), "cm2": Fraction(1, 10**4)},
    {
        "s": Fraction(1), "ms": Fraction(1, 1000), "min": Fraction(60), "h": Fraction(3600), "d": Fraction(86400),
        "day": Fraction(86400), "week": Fraction(604800),
    },
    {"Wh": Fraction(1), "kWh": Fraction(1000), "MWh": Fraction(10**6), "J": Fraction(1, 3600), "kJ": Fraction(10, 36)},
    {"W": Fraction(1), "kW": Fraction(1000), "MW": Fraction(10**6)},
    {"1": Fraction(1), "%": Fraction(1, 100), "percent": Fraction(1, 100), "permille": Fraction(1, 1000)},
    {"EUR": Fraction(1), "kEUR": Fraction(1000), "EURct": Fraction(1, 100)},
    {"USD": Fraction(1), "kUSD": Fraction(1000), "USDct": Fraction(1, 100)},
    {"B": Fraction(1), "kB": Fraction(1000), "MB": Fraction(10**6), "GB": Fraction(10**9)},
)  # fmt: skip
# Scales with a zero of their own: kelvin = value * scale + offset.
_TEMPERATURES: Mapping[str, Linear] = {
    "K": Linear(Fraction(1), Fraction(0)),
    "C": Linear(Fraction(1), Fraction("273.15")),
    "°C": Linear(Fraction(1), Fraction("273.15")),
    "F": Linear(Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    "°F": Linear(Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
}


def relation(old: str, new: str) -> Linear | None:
    """How a value in unit ``old`` becomes one in ``new``; None where no linear relation is known."""
    if old == new:
        return Linear(Fraction(1), Fraction(0))
    if old in _TEMPERATURES and new in _TEMPERATURES:
        one, other = _TEMPERATURES[old], _TEMPERATURES[new]
        return Linear(one.scale / other.scale, (one.offset - other.offset) / other.scale)
    scale = _scale(old, new)
    return Linear(scale, Fraction(0)) if scale is not None else None


def _scale(old: str, new: str) -> Fraction | None:
    """The factor, part by part: ``EUR/kg`` is ``EUR`` over ``kg``."""
    ones, others = old.split("/"), new.split("/")
    if len(ones) != len(others):
        return None
    whole = Fraction(1)
    for number, (one, other) in enumerate(zip(ones, others, strict=True)):
        part = _simple(one.strip(), other.strip())
        if part is None:
            return None
        whole = whole / part if number else whole * part
    return whole


def _simple(old: str, new: str) -> Fraction | None:
    if old == new:
        return Fraction(1)
    known = next((units for units in _DIMENSIONS if old in units and new in units), None)
    return known[old] / known[new] if known else None
