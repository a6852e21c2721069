"""Any sequence of operations on the registry, against a model of a few dicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from genesis_flow.domain.entities.model_version import ModelVersion, VersionStage
from genesis_flow.domain.entities.registered_model import RegisteredModel
from genesis_flow.domain.errors import AlreadyExists, GenesisFlowError, InvalidInput, NotFound
from genesis_flow.domain.search.ast import Like
from tests.contracts.registry_samples import (
    found_names,
    found_versions,
    model_query,
    new_model,
    new_version,
    version_query,
)
from tests.contracts.samples import NOW, unique
from tests.contracts.searching import attribute
from tests.contracts.stores import Stores
from tests.strategies.text import keys as tag_keys
from tests.strategies.text import values

NAMES = ("a", "A", "a ", "é", "$a", "a.b")
ALIASES = ("x", "X", "1", "é", "a-b")

names = st.sampled_from(NAMES)
numbers = st.integers(0, 5)
aliases = st.sampled_from(ALIASES)
times = st.integers(0, 5).map(lambda step: NOW + step)
tags = st.dictionaries(tag_keys(), values(), max_size=2)


class RegistryMachine(RuleBasedStateMachine):
    """The registry against dicts of models and versions by name."""

    def __init__(self, open_stores: Callable[[], Stores]) -> None:
        super().__init__()
        self.stores = open_stores()
        self.prefix = unique("machine") + "-"
        self.models: dict[str, RegisteredModel] = {}
        self.versions: dict[str, dict[int, ModelVersion]] = {}
        self.last: dict[str, int] = {}

    @rule(name=names, tags=tags, at=times)
    def add_model(self, name: str, tags: dict[str, str], at: int) -> None:
        """A free name can be taken."""
        name = self.prefix + name
        new = new_model(name, tags=tags, created_at=at)
        added = self._expect(AlreadyExists if name in self.models else None, lambda: self.stores.models.add(new))
        if added is not None:
            self.models[name], self.versions[name], self.last[name] = new.with_id(added.id), {}, 0

    @rule(name=names, new_name=names, at=times)
    def rename(self, name: str, new_name: str, at: int) -> None:
        """A model takes its versions with it."""
        name, new_name = self.prefix + name, self.prefix + new_name
        error = self._missing(name) or (AlreadyExists if new_name in self.models and new_name != name else None)
        if self._expect(error, lambda: self.stores.models.rename(name, new_name, at=at)) is not None:
            model = attrs.evolve(self.models.pop(name), name=new_name, updated_at=at)
            moved = {n: attrs.evolve(version, name=new_name) for n, version in self.versions.pop(name).items()}
            self.models[new_name], self.versions[new_name], self.last[new_name] = model, moved, self.last.pop(name)

    @rule(name=names)
    def remove_model(self, name: str) -> None:
        """A removed model is forgotten."""
        name = self.prefix + name
        self._expect(self._missing(name), lambda: self.stores.models.remove(name))
        for known in (self.models, self.versions, self.last):
            known.pop(name, None)

    @rule(name=names, tags=tags, at=times)
    def add_version(self, name: str, tags: dict[str, str], at: int) -> None:
        """A version gets the next number."""
        name = self.prefix + name
        new = new_version(name, tags=tags, created_at=at)
        if self._expect(self._missing(name), lambda: self.stores.versions.add(new)) is not None:
            self.last[name] += 1
            self.versions[name][self.last[name]] = new.with_number(self.last[name])
            self._touch(name, at)

    @rule(name=names, number=numbers, at=times)
    def remove_version(self, name: str, number: int, at: int) -> None:
        """A removed version takes its aliases with it."""
        name = self.prefix + name
        error = self._missing(name, number)
        self._expect(error, lambda: self.stores.versions.remove(name, number, at=at))
        if error is None:
            del self.versions[name][number]
            left = {alias: other for alias, other in self.models[name].aliases.items() if other != number}
            self.models[name] = attrs.evolve(self.models[name], aliases=left)
            self._touch(name, at)

    @rule(name=names, number=numbers, stage=st.sampled_from(VersionStage), archives=st.booleans(), at=times)
    def move(self, name: str, number: int, stage: VersionStage, archives: bool, at: int) -> None:
        """A version moves, and may archive the others."""
        name = self.prefix + name
        error = self._missing(name, number)
        self._expect(
            error, lambda: self.stores.versions.move(name, number, stage, archiving_others=archives, at=at)
        )
        if error is None:
            for other, version in self.versions[name].items():
                if archives and version.stage is stage and other != number:
                    archived = attrs.evolve(version, stage=VersionStage.ARCHIVED, updated_at=at)
                    self.versions[name][other] = archived
            self._change(name, number, stage=stage, updated_at=at)
            self._touch(name, at)

    @rule(name=names, number=numbers, alias=aliases)
    def set_alias(self, name: str, number: int, alias: str) -> None:
        """An alias moves to a version that is there."""
        name = self.prefix + name
        error = self._missing(name, number)
        self._expect(error, lambda: self.stores.models.set_alias(name, alias, number))
        if error is None:
            known = self.models[name]
            self.models[name] = attrs.evolve(known, aliases={**known.aliases, alias: number})

    @rule(name=names, alias=aliases)
    def remove_alias(self, name: str, alias: str) -> None:
        """An alias goes."""
        name = self.prefix + name
        error = self._missing(name)
        self._expect(error, lambda: self.stores.models.remove_alias(name, alias))
        if error is None:
            known = self.models[name]
            left = {other: number for other, number in known.aliases.items() if other != alias}
            self.models[name] = attrs.evolve(known, aliases=left)

    @rule(name=names, number=numbers, tags=tags, key=tag_keys())
    def tag_version(self, name: str, number: int, tags: dict[str, str], key: str) -> None:
        """Tags of a version are set and removed."""
        name = self.prefix + name
        error = self._missing(name, number)
        self._expect(error, lambda: self.stores.versions.set_tags(name, number, tags))
        self._expect(error, lambda: self.stores.versions.remove_tag(name, number, key))
        if error is None:
            both = {**self.versions[name][number].tags, **tags}
            self._change(name, number, tags={other: both[other] for other in both if other != key})

    @rule(name=names, tags=tags, key=tag_keys())
    def tag_model(self, name: str, tags: dict[str, str], key: str) -> None:
        """Tags of a model are set and removed."""
        name = self.prefix + name
        error = self._missing(name)
        self._expect(error, lambda: self.stores.models.set_tags(name, tags))
        self._expect(error, lambda: self.stores.models.remove_tag(name, key))
        if error is None:
            both = {**self.models[name].tags, **tags}
            left = {other: both[other] for other in both if other != key}
            self.models[name] = attrs.evolve(self.models[name], tags=left)

    @rule(name=names, text=st.none() | values(), at=times)
    def describe(self, name: str, text: str | None, at: int) -> None:
        """Descriptions of a model and of its version 1 are replaced."""
        name = self.prefix + name
        self._expect(self._missing(name), lambda: self.stores.models.describe(name, text, at=at))
        if name in self.models:
            self.models[name] = attrs.evolve(self.models[name], description=text, updated_at=at)
        error = self._missing(name, 1)
        self._expect(error, lambda: self.stores.versions.describe(name, 1, text, at=at))
        if error is None:
            self._change(name, 1, description=text, updated_at=at)

    @invariant()
    def everything_is_as_in_the_model(self) -> None:
        """Models, versions and aliases are as they should be, and nothing else is there."""
        assert self.models == {name: self.stores.models.get(name) for name in self.models}
        for name, versions in self.versions.items():
            expected = {number: self._whole(version) for number, version in versions.items()}
            assert expected == {number: self.stores.versions.get(name, number) for number in versions}
            for alias in ALIASES:
                number = self.models[name].aliases.get(alias)
                error = InvalidInput if number is None else None
                found = self._expect(error, lambda n=name, a=alias: self.stores.versions.get_by_alias(n, a))
                assert number == (None if found is None else found.version)
        begins = Like(attribute("name"), f"{self.prefix}%")
        assert sorted(self.models) == found_names(self.stores, model_query(begins, prompts=True))
        known = {(name, number) for name, versions in self.versions.items() for number in versions}
        assert known == set(found_versions(self.stores, version_query(begins, prompts=True)))

    def teardown(self) -> None:
        """Close the store."""
        self.stores.close()

    def _whole(self, version: ModelVersion) -> ModelVersion:
        named = self.models[version.name].aliases.items()
        return attrs.evolve(version, aliases=tuple(sorted(a for a, number in named if number == version.version)))

    def _missing(self, name: str, number: int | None = None) -> type[GenesisFlowError] | None:
        is_there = name in self.models and (number is None or number in self.versions[name])
        return None if is_there else NotFound

    def _touch(self, name: str, at: int) -> None:
        self.models[name] = attrs.evolve(self.models[name], updated_at=at)

    def _change(self, name: str, number: int, **changes: Any) -> None:
        self.versions[name][number] = attrs.evolve(self.versions[name][number], **changes)

    def _expect(self, error: type[GenesisFlowError] | None, call: Callable[[], Any]) -> Any:
        if error is None:
            return call()
        with pytest.raises(error):
            call()
        return None


def run_registry_machine(open_stores: Callable[[], Stores]) -> None:
    """Run the machine on stores that `open_stores` opens."""
    run_state_machine_as_test(lambda: RegistryMachine(open_stores))
