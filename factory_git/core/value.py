"""Values for the paths where importing ``dataclasses`` would cost more than the work: it takes 20 ms, a hook has 30.

``@value`` makes what ``@dataclass(frozen=True, slots=True, kw_only=True)`` makes, as far as such paths need it: slots,
an initialiser by keyword, equality, a hash and a readable form. Type checkers read it as a frozen dataclass; at run
time nothing stops an assignment.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar, dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_):
        """Stands in for :func:`typing.dataclass_transform`, which says nothing at run time."""
        return lambda decorator: decorator


@dataclass_transform(kw_only_default=True, frozen_default=True)
def value(plain: type[T]) -> type[T]:
    """Make a class of annotated names a value class. Defaults must be immutable; a base is not looked at."""
    names = tuple(plain.__annotations__)
    body = {key: what for key, what in vars(plain).items() if key not in (*names, "__dict__", "__weakref__")}
    defaults = {name: plain.__dict__[name] for name in names if name in plain.__dict__}
    made: Any = type(plain.__name__, plain.__bases__, {**body, "__slots__": names})
    arguments = ", ".join(f"{name}=defaults[{name!r}]" if name in defaults else name for name in names)
    lines = [f"def __init__(self, *, {arguments}):", *(f" self.{name} = {name}" for name in names)]
    scope: dict[str, Any] = {"defaults": defaults}
    exec("\n".join(lines), scope)  # noqa: S102 (the class's own names; dataclasses does the same)
    for name, method in (("__init__", scope["__init__"]), ("__eq__", _eq), ("__hash__", _hash), ("__repr__", _repr)):
        if name not in body or name == "__hash__":
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def replace(of: T, **changes: Any) -> T:
    """A copy of a value with some names changed."""
    names: tuple[str, ...] = of.__slots__  # type: ignore[attr-defined]
    return type(of)(**({name: getattr(of, name) for name in names} | changes))


def content(of: object) -> tuple[Any, ...]:
    """What a value holds, in the order of its names."""
    return tuple([getattr(of, name) for name in of.__slots__])  # type: ignore[attr-defined]


def by_name(of: object) -> dict[str, Any]:
    """The values of its names, by name."""
    return {name: getattr(of, name) for name in of.__slots__}  # type: ignore[attr-defined]


def _eq(self: object, other: object) -> bool:
    return content(self) == content(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash(content(self))


def _repr(self: Any) -> str:
    return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"
