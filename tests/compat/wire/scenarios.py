"""Every sequence of requests that ends in states which a single request does not reach, by its subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tests.compat.wire.logged_model_scenarios import LEGACY_MODELS, LOGGED_MODELS
from tests.compat.wire.registry_scenarios import PROMPTS, REGISTERED_MODELS, SOURCES, VERSIONS
from tests.compat.wire.requests import Ask
from tests.compat.wire.server_scenarios import ARTIFACTS, GRAPHQL, GUARDS, PAGES, PROXY
from tests.compat.wire.tracking_scenarios import BATCHES, EXPERIMENTS, HISTORIES, INPUTS, RUNS, SEARCHES

SCENARIOS: Final[Mapping[str, Sequence[Ask]]] = {
    "experiments": EXPERIMENTS,
    "runs": RUNS,
    "batches": BATCHES,
    "inputs": INPUTS,
    "searches": SEARCHES,
    "histories": HISTORIES,
    "legacy models": LEGACY_MODELS,
    "logged models": LOGGED_MODELS,
    "registered models": REGISTERED_MODELS,
    "versions": VERSIONS,
    "sources": SOURCES,
    "prompts": PROMPTS,
    "artifacts": ARTIFACTS,
    "proxied": PROXY,
    "graphql": GRAPHQL,
    "guards": GUARDS,
    "pages": PAGES,
}
