"""Methods and functions of other libraries that do more than they did."""

from __future__ import annotations

import copy
import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any, Final

import attrs

#: Does the work in place of `call`: `work(call, self, args, kwargs)`, where `self` is None for functions.
Work = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]

_MISSING: Final = object()


@attrs.frozen
class _Patch:
    """
    One attribute that was replaced.

    Attributes:
        before: What was there; `_MISSING` for what was inherited.
    """

    place: Any
    name: str
    before: Any
    after: Any

    def revert(self) -> None:
        if vars(self.place).get(self.name, _MISSING) is not self.after:
            return  # somebody else has replaced it meanwhile; what we put there does nothing when switched off
        if self.before is _MISSING:
            delattr(self.place, self.name)
        else:
            setattr(self.place, self.name, self.before)


@attrs.frozen
class _Item:
    """One value of a dictionary that was replaced; `before` is `_MISSING` where there was none."""

    place: dict[Any, Any]
    name: Any
    before: Any
    after: Any

    def revert(self) -> None:
        if self.place.get(self.name) is not self.after:
            return
        if self.before is _MISSING:
            del self.place[self.name]
        else:
            self.place[self.name] = self.before


@attrs.define
class Patches:
    """What one flavor has replaced; all of it can be put back."""

    _made: list[_Patch | _Item] = attrs.field(factory=list)

    def __len__(self) -> int:
        return len(self._made)

    def method(self, cls: type, name: str, work: Work) -> None:
        """
        Let `cls.name` do `work`; a method that is not there, or of a kind unknown, stays as it is.

        Subclasses that inherit it do so too. Signature and documentation stay those of the method.
        """
        found = inspect.getattr_static(cls, name, None)
        if inspect.isfunction(found):
            self._replace(cls, name, _method(found, cls, name, work))
        elif inspect.isfunction(getattr(found, "fn", None)) and hasattr(found, "check"):
            # scikit-learn's descriptor for methods that some objects of the class do not have
            available = copy.copy(found)
            available.fn = _method(available.fn, cls, name, work)
            self._replace(cls, name, available)

    def function(self, module: Any, name: str, work: Work) -> None:
        """Let the function `module.name` do `work`, also in the module that defines it, where it is looked up."""
        found = getattr(module, name)
        after = _function(found, work)
        self._replace(module, name, after)
        home = sys.modules.get(found.__module__)
        name = found.__name__
        if home is not None and home is not module and getattr(home, name, None) is found:
            self._replace(home, name, after)

    def item(self, table: dict[Any, Any], name: Any, value: Any) -> None:
        """Let `table[name]` be `value`."""
        self._made.append(_Item(table, name, table.get(name, _MISSING), value))
        table[name] = value

    def has(self, cls: type, name: str) -> bool:
        """Whether `cls.name` is replaced, as it is found now."""
        return any(each.place is cls and each.name == name for each in self._made)

    def revert(self) -> None:
        """Put back what was there."""
        while self._made:
            self._made.pop().revert()

    def _replace(self, place: Any, name: str, after: Any) -> None:
        self._made.append(_Patch(place, name, vars(place).get(name, _MISSING), after))
        setattr(place, name, after)


def _method(original: Callable[..., Any], cls: type, name: str, work: Work) -> Callable[..., Any]:
    @functools.wraps(original)
    def patched(self: Any, *args: Any, **kwargs: Any) -> Any:
        return work(functools.partial(original, self), self, args, kwargs)

    # Where it is found now: what is inherited could not be pickled under the name of the class that defines it.
    patched.__module__, patched.__qualname__ = cls.__module__, f"{cls.__qualname__}.{name}"
    return patched


def _function(original: Callable[..., Any], work: Work) -> Callable[..., Any]:
    @functools.wraps(original)
    def patched(*args: Any, **kwargs: Any) -> Any:
        return work(original, None, args, kwargs)

    return patched
