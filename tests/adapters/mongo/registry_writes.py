"""Every method that writes to registered models, versions or logged models: how it is called, and what it leaves."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import attrs

from genesis_flow.domain.entities.logged_model import ModelStatus
from genesis_flow.domain.entities.model_version import VersionStage
from genesis_flow.domain.errors import AlreadyExists, GenesisFlowError, NotFound
from tests.contracts import samples
from tests.contracts.registry_samples import added_model, added_version, new_model
from tests.contracts.samples import NOW, unique
from tests.contracts.stores import Stores


@attrs.frozen
class Write:
    """
    A method that writes.

    Attributes:
        prepare: Makes what is written to; returns what names it.
        act: Calls the method. seen: What is stored about it, without names and ids.
        happened: What the method may raise when it is called again after it took effect.
        is_one_step: Whether nobody ever sees half of it.
    """

    prepare: Callable[[Stores], Any]
    act: Callable[[Stores, Any], Any]
    seen: Callable[[Stores, Any], Any]
    happened: tuple[type[GenesisFlowError], ...] = ()
    is_one_step: bool = True

    def again(self, stores: Stores, subject: Any) -> None:
        """Call the method once more; that it took effect already is no failure."""
        with contextlib.suppress(*self.happened):
            self.act(stores, subject)


def _registered(stores: Stores) -> str:
    """A registered model with two versions, tags and an alias."""
    name = added_model(stores, description="d", tags={"a": "1"}).name
    for _ in range(2):
        added_version(stores, name, tags={"a": "1"})
    stores.models.set_alias(name, "first", 1)
    return name


def _in_production(stores: Stores) -> str:
    """A registered model whose first version is in production."""
    name = _registered(stores)
    stores.versions.move(name, 1, VersionStage.PRODUCTION, archiving_others=False, at=NOW)
    return name


def _shown(stores: Stores, name: str) -> Any:
    """All that is stored of a registered model with at most two versions; None for none."""
    try:
        model = stores.models.get(name)
    except NotFound:
        return None
    versions = [_version(stores, name, number) for number in (1, 2)]
    return model.description, dict(model.tags), dict(model.aliases), versions


def _version(stores: Stores, name: str, number: int) -> Any:
    try:
        found = stores.versions.get(name, number)
    except NotFound:
        return None
    return found.stage, found.description, dict(found.tags), found.aliases


def _on_model(act: Callable[[Stores, str], Any], prepare: Callable[[Stores], str] = _registered, **more: Any) -> Write:
    return Write(prepare, act, _shown, **more)


def _logged(stores: Stores, **changes: Any) -> str:
    return samples.added_model(stores, "0", params={"p": "1"}, tags={"a": "1"}, **changes).id


def _removed(stores: Stores) -> str:
    id = _logged(stores)
    stores.logged_models.remove(id, at=NOW)
    return id


def _shown_logged(stores: Stores, id: str) -> Any:
    try:
        found = stores.logged_models.get(id)
    except NotFound:
        return None
    return found.status, found.stage, dict(found.params), dict(found.tags)


def _on_logged(act: Callable[[Stores, str], Any], prepare: Callable[[Stores], str] = _logged, **more: Any) -> Write:
    return Write(prepare, act, _shown_logged, **more)


REGISTERED_MODELS = {
    "add": Write(
        lambda stores: unique("m"),
        lambda stores, name: stores.models.add(new_model(name, tags={"a": "1"})),
        _shown,
        happened=(AlreadyExists,),
    ),
    "rename": Write(
        lambda stores: (_registered(stores), unique("n")),
        lambda stores, names: stores.models.rename(*names, at=NOW),
        lambda stores, names: [_shown(stores, name) for name in names],
        happened=(NotFound,),
    ),
    "describe": _on_model(lambda stores, name: stores.models.describe(name, "new", at=NOW)),
    "set_tags": _on_model(lambda stores, name: stores.models.set_tags(name, {"b": "2", "c": "3"})),
    "remove_tag": _on_model(lambda stores, name: stores.models.remove_tag(name, "a")),
    "set_alias": _on_model(lambda stores, name: stores.models.set_alias(name, "first", 2)),
    "remove_alias": _on_model(lambda stores, name: stores.models.remove_alias(name, "first")),
    "remove": _on_model(lambda stores, name: stores.models.remove(name), happened=(NotFound,)),
}

MODEL_VERSIONS = {
    "describe": _on_model(lambda stores, name: stores.versions.describe(name, 1, "new", at=NOW)),
    "move": _on_model(
        lambda stores, name: stores.versions.move(name, 2, VersionStage.STAGING, archiving_others=False, at=NOW)
    ),
    "move and archive": _on_model(
        lambda stores, name: stores.versions.move(name, 2, VersionStage.PRODUCTION, archiving_others=True, at=NOW),
        _in_production,
        is_one_step=False,
    ),
    "set_tags": _on_model(lambda stores, name: stores.versions.set_tags(name, 1, {"b": "2", "c": "3"})),
    "remove_tag": _on_model(lambda stores, name: stores.versions.remove_tag(name, 1, "a")),
    "remove": _on_model(
        lambda stores, name: stores.versions.remove(name, 1, at=NOW), happened=(NotFound,), is_one_step=False
    ),
}

LOGGED_MODELS = {
    "add": _on_logged(
        lambda stores, id: stores.logged_models.add(samples.new_model("0", id=id, tags={"a": "1"})),
        lambda stores: f"m-{unique().rpartition('-')[2]}",
        happened=(AlreadyExists,),
    ),
    "update": _on_logged(lambda stores, id: stores.logged_models.update(id, status=ModelStatus.READY, at=NOW)),
    "append": _on_logged(
        lambda stores, id: stores.logged_models.append(id, params={"p": "1", "q": "2"}, tags={"b": "2"})
    ),
    "remove_tag": _on_logged(lambda stores, id: stores.logged_models.remove_tag(id, "a"), happened=(NotFound,)),
    "remove": _on_logged(lambda stores, id: stores.logged_models.remove(id, at=NOW)),
    "purge": _on_logged(lambda stores, id: stores.logged_models.purge(id), _removed, happened=(NotFound,)),
}

EVERY = {
    f"{kind}.{name}": write
    for kind, writes in (
        ("models", REGISTERED_MODELS), ("versions", MODEL_VERSIONS), ("logged_models", LOGGED_MODELS),
    )
    for name, write in writes.items()
}  # fmt: skip
