"""Sequences of commands on the model registry, and what is looked at when they are over."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.compat.differential.filters import ordered, registry_filters
from tests.compat.differential.pools import Pool, pools, rarely
from tests.compat.differential.sequences import call, timed, walking
from tests.compat.differential.wire import Command

NAMES = ("a", "A", "a b", "é", "e\u0301", "a%b", "a_b", "aXb", "a.b", " a", "a ", "it's", "$a", "1", "latest")
BAD_NAMES = ("", " ", "a/b", "a:b", ".", "..", None)
VERSIONS = (1, "1", 2, "2", 3, "3", "03")
BAD_VERSIONS = (0, -1, 99, "x", "", "1.5", 2**40)
ALIASES = ("best", "Best", "a-b", "1", "é", "_")
BAD_ALIASES = ("", "latest", "Latest", "v1", "V22", "a b", "a.b", "x" * 256, None)
STAGES = ("Production", "production", "Staging", "STAGING", "Archived", "None", "none")
BAD_STAGES = ("foo", "Active", "")
SOURCES = (
    "s3://b/p", "/tmp/x", "file:///tmp/y", "runs:/abc/model", "S3://b/p", "models:/a/1", "models:/A/2", "a%b", "",
)  # fmt: skip
DESCRIPTIONS = (None, "", "d", "é" * 40)


@st.composite
def registry_sequences(draw: st.DrawFn, least: int = 1, most: int = 40) -> list[Command]:
    """A sequence that starts with two models that have versions, and ends with a look at everything."""
    pool, names = draw(pools()), tuple(draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True)))
    drawn = draw(st.lists(_commands(pool, names), min_size=least, max_size=most))
    ticks = draw(st.lists(st.sampled_from((0, 0, 1_000)), min_size=len(drawn), max_size=len(drawn)))
    return [*_opening(pool, names), *timed(drawn, ticks), *_looks(names)]


def _opening(pool: Pool, names: tuple[str, ...]) -> list[Command]:
    key, text = pool.keys[0], pool.texts[0]
    models = [Command("create_registered_model", {"name": name, "tags": {key: text}}) for name in names[:2]]
    versions = [
        Command(
            "create_model_version",
            {"name": names[number % 2], "source": SOURCES[number], "run_id": ("r", "R", None)[number % 3]},
        )
        for number in range(5)
    ]
    return [*models, *versions]


def _looks(names: tuple[str, ...]) -> list[Command]:
    return [
        Command("search_registered_models", {"max_results": 2}, walk=True),
        Command("search_model_versions", {"max_results": 2}, walk=True),
        *(Command("get_registered_model", {"name": name}) for name in names),
        *(Command("get_model_version", {"name": name, "version": number}) for name in names for number in (1, 2, 3)),
    ]


def _commands(pool: Pool, names: tuple[str, ...]) -> st.SearchStrategy[Command]:
    name = rarely(st.sampled_from(names), st.sampled_from(BAD_NAMES))
    version = rarely(st.sampled_from(VERSIONS), st.sampled_from(BAD_VERSIONS))
    weighted = {
        _create_version(pool, name): 5, _search_models(pool, names): 5, _search_versions(pool, names): 6,
        _move(name, version): 4, _alias(name, version): 5, _change_model(pool, name): 3,
        _change_version(pool, name, version): 4, _create_model(pool, name): 2, _read(name, version): 3,
        _rename(name): 2, _copy(names, name): 1,
        call("delete_registered_model", name=name): 1, call("delete_model_version", name=name, version=version): 2,
    }  # fmt: skip
    return st.sampled_from([one for one, weight in weighted.items() for _ in range(weight)]).flatmap(lambda one: one)


def _tags(pool: Pool) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(pool.keys), st.sampled_from(pool.texts), max_size=2)


def _value(pool: Pool) -> st.SearchStrategy[Any]:
    return rarely(st.sampled_from(pool.texts), st.sampled_from((None, 1, 1.5, "x" * 100_001)))


def _create_model(pool: Pool, name: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return call(
        "create_registered_model", name=name, tags=_tags(pool), description=st.sampled_from(DESCRIPTIONS)
    )


def _create_version(pool: Pool, name: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return call(
        "create_model_version", name=name, source=st.sampled_from(SOURCES),
        run_id=st.sampled_from((None, "r", "R", "r%", "")), tags=_tags(pool),
        run_link=st.sampled_from((None, "http://x")), description=st.sampled_from(DESCRIPTIONS),
    )  # fmt: skip


def _rename(name: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return call("rename_registered_model", name=name, new_name=name.filter(lambda new: new is not None))


def _copy(names: tuple[str, ...], name: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    uris = [f"models:/{one}{end}" for one in names for end in ("/1", "/2", "@best", "/latest", "/Production")]
    return call("copy_model_version", src_model_uri=st.sampled_from(uris), dst_name=name)


def _move(name: st.SearchStrategy[Any], version: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return call(
        "transition_model_version_stage", name=name, version=version,
        stage=rarely(st.sampled_from(STAGES), st.sampled_from(BAD_STAGES)), archive_existing_versions=st.booleans(),
    )  # fmt: skip


def _alias(name: st.SearchStrategy[Any], version: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    alias = rarely(st.sampled_from(ALIASES), st.sampled_from(BAD_ALIASES))
    asked = rarely(st.sampled_from((*ALIASES, "latest", "Latest")), st.sampled_from(("a b", "")))
    return st.one_of(
        call("set_registered_model_alias", name=name, alias=alias, version=version),
        call("set_registered_model_alias", name=name, alias=alias, version=version),
        call("delete_registered_model_alias", name=name, alias=alias),
        call("get_model_version_by_alias", name=name, alias=asked),
    )


def _change_model(pool: Pool, name: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return st.one_of(
        call("update_registered_model", name=name, description=st.sampled_from(DESCRIPTIONS)),
        call("set_registered_model_tag", name=name, key=pool.key(), value=_value(pool)),
        call("delete_registered_model_tag", name=name, key=pool.key()),
    )


def _change_version(
    pool: Pool, name: st.SearchStrategy[Any], version: st.SearchStrategy[Any]
) -> st.SearchStrategy[Command]:
    return st.one_of(
        call("update_model_version", name=name, version=version, description=st.sampled_from(DESCRIPTIONS)),
        call("set_model_version_tag", name=name, version=version, key=pool.key(), value=_value(pool)),
        call("set_model_version_tag", name=name, stage=st.sampled_from(STAGES), key=pool.key(), value=_value(pool)),
        call("delete_model_version_tag", name=name, version=version, key=pool.key()),
    )


def _read(name: st.SearchStrategy[Any], version: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    stages = st.none() | st.lists(st.sampled_from(STAGES), max_size=2)
    return st.one_of(
        call("get_registered_model", name=name),
        call("get_model_version", name=name, version=version),
        call("get_model_version_download_uri", name=name, version=version),
        call("get_model_version_stages", name=name, version=version),
        call("get_latest_versions", name=name, stages=stages),
    )


def _search_models(pool: Pool, names: tuple[str, ...]) -> st.SearchStrategy[Command]:
    drawn = call(
        "search_registered_models", filter_string=registry_filters(pool, names, versions=False),
        max_results=st.sampled_from((2, 1, 3, 100)),
        order_by=ordered(st.sampled_from(("name", "timestamp", "last_updated_timestamp"))),
    )  # fmt: skip
    return drawn.map(walking)


def _search_versions(pool: Pool, names: tuple[str, ...]) -> st.SearchStrategy[Command]:
    fields = ("name", "version_number", "creation_timestamp", "last_updated_timestamp")
    drawn = call(
        "search_model_versions", filter_string=registry_filters(pool, names, versions=True),
        max_results=st.sampled_from((2, 1, 3, 100)), order_by=ordered(st.sampled_from(fields)),
    )  # fmt: skip
    return drawn.map(walking)
