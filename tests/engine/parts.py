"""The parts that a window of the program is made of, and the places where a test may give it others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, ClassVar
from unittest.mock import patch


class Parts:
    """The program as it is. What differs from it gives another part in one of these places."""

    functions: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    """By ``module:name``, what takes a pure function of the program and gives the one to stand in its place."""

    def network(self, network: Any) -> Any:
        return network

    def disk(self, disk: Any) -> Any:
        return disk

    def store(self, store: Any) -> Any:
        return store

    def mailbox(self, mailbox: Any, store: Any) -> Any:
        """The mailbox of a window whose store is ``store``, as that was given."""
        return mailbox

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """While this lasts, the functions stand in their places."""
        with ExitStack() as stack:
            for place, made in self.functions.items():
                module_name, name = place.split(":")
                module = import_module(module_name)
                stack.enter_context(patch.object(module, name, made(getattr(module, name))))
            yield
