"""Ids and names from random numbers."""

from __future__ import annotations

import os
import uuid
from typing import Final

import attrs

from genesis_flow.ports.identifiers import Identifiers

# At most seven letters each, so that a name with a number of four digits has at most twenty characters.
ADJECTIVES: Final = (
    "agile", "amber", "ample", "azure", "balmy", "bold", "brave", "breezy", "brisk", "bronze", "calm",
    "candid", "civil", "clever", "cosmic", "cozy", "crisp", "daring", "deft", "dewy", "eager",
    "earnest", "fabled", "fair", "fleet", "fresh", "frosty", "gentle", "gilded", "glad", "golden",
    "hardy", "honest", "humble", "indigo", "jolly", "keen", "kind", "limber", "lively", "loyal",
    "lucid", "lunar", "mellow", "merry", "mighty", "mossy", "nimble", "noble", "patient", "placid",
    "polar", "quiet", "rapid", "rustic", "sage", "silent", "silver", "snowy", "solar", "spry", "steady",
    "sunny", "tidy", "velvet", "vivid", "warm", "windy", "witty", "zesty",
)
NOUNS: Final = (
    "acorn", "alder", "anchor", "aspen", "badger", "beacon", "birch", "bison", "brook", "canyon",
    "cedar", "cliff", "clover", "comet", "condor", "coral", "crane", "creek", "dingo", "dune", "egret",
    "ember", "falcon", "fern", "finch", "fjord", "gecko", "geyser", "glade", "gorse", "grove", "harbor",
    "hazel", "heron", "ibex", "island", "ivy", "jay", "kelp", "kestrel", "lagoon", "lark", "lichen",
    "linnet", "lynx", "maple", "marlin", "marten", "meadow", "meteor", "moose", "mesa", "nebula",
    "newt", "oasis", "orchid", "osprey", "otter", "pebble", "petrel", "pine", "plover", "puffin",
    "quail", "quartz", "rapids", "raven", "reef", "river", "robin", "saddle", "sorrel", "sparrow",
    "spruce", "stoat", "summit", "swift", "tern", "thistle", "tundra", "valley", "walnut", "willow",
    "wren", "yarrow", "zephyr",
)
HIGHEST_NUMBER: Final = 1000


@attrs.frozen
class RandomIdentifiers(Identifiers):
    """Ids and names from the operating system's random numbers."""

    def run_id(self) -> str:
        return uuid.uuid4().hex

    def model_id(self) -> str:
        return f"m-{uuid.uuid4().hex}"

    def webhook_id(self) -> str:
        return str(uuid.uuid4())

    def delivery_id(self) -> str:
        return str(uuid.uuid4())

    def run_name(self) -> str:
        adjective, noun = ADJECTIVES[_below(len(ADJECTIVES))], NOUNS[_below(len(NOUNS))]
        return f"{adjective}-{noun}-{_below(HIGHEST_NUMBER + 1)}"


def _below(limit: int) -> int:
    """A random number from 0 to `limit` - 1. The module `secrets` would load OpenSSL at the start of every run."""
    return int.from_bytes(os.urandom(8), "big") % limit
