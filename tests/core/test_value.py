"""Lean values behave as frozen dataclasses do, without importing them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from factory_git.core.value import content, replace, value


@value
class Point:
    """A point."""

    x: int
    y: int = 0

    def far(self) -> bool:
        """Whether it is far."""
        return self.x > 9


def test_a_value_has_its_names_defaults_and_methods() -> None:
    one = Point(x=10)
    assert (one.x, one.y, one.far()) == (10, 0, True)
    assert repr(one) == "Point(x=10, y=0)"
    assert content(one) == (10, 0)
    assert Point.__doc__ == "A point."


def test_values_of_the_same_content_are_equal_and_hash_alike() -> None:
    assert Point(x=1, y=2) == Point(x=1, y=2) != Point(x=1)
    assert len({Point(x=1), Point(x=1), Point(x=2)}) == 2
    assert Point(x=1) != object()


def test_a_copy_changes_what_is_named() -> None:
    assert replace(Point(x=1, y=2), y=3) == Point(x=1, y=3)


def test_a_missing_or_unknown_name_is_an_error() -> None:
    with pytest.raises(TypeError, match="x"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="z"):
        Point(x=1, z=2)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        Point(x=1).z = 3  # type: ignore[attr-defined]


def test_nothing_heavy_is_imported() -> None:
    code = "import sys; sys.path.append(%r); import factory_git.core.value; print(sorted(sys.modules))"
    import factory_git

    top = str(factory_git.__path__[0]).rpartition("/")[0]
    out = subprocess.run([sys.executable, "-I", "-S", "-c", code % top], capture_output=True, text=True, check=True)
    assert "factory_git.core.value" in out.stdout
    assert not any(f"'{name}'" in out.stdout for name in ("dataclasses", "typing", "inspect", "re"))
