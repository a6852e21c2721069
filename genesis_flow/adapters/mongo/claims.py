"""
Claims on the names of experiments and of registered models: what keeps names unique, also when writers race.

A claim is a small document whose `_id` is made of the name. It is inserted in the same command as the
experiment, before it. A unique index on the name would promise as much, but on Azure's engine writers that race
for one value of a secondary unique index lock each other out for seconds; those that race for an `_id` do not.

A claim whose experiment does not have the name was left behind by a process that was killed between two writes.
After `GRACE_MS` it is dropped by whoever wants the name.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from genesis_flow.adapters.mongo.errors import DUPLICATE_KEY

Document = dict[str, Any]

#: How old a claim must be before it can count as left behind.
GRACE_MS: Final = 30_000

def claim_id(name: str) -> str:
    """The `_id` of the claim on a name; of a fixed length, since servers limit the length of keys."""
    return f"name/{hashlib.sha256(name.encode()).hexdigest()}"


def claim(name: str, owner_id: Any, at: int, mark: str = "") -> Document:
    """
    The claim of its owner on a name, made at `at` milliseconds since the epoch.

    Where two may think of the same owner id, `mark` tells their claims apart.
    """
    return {"_id": claim_id(name), "claims": name, "e": owner_id, "at": at, "by": mark}


class IdTaken(Exception):
    """The claim is there, but another experiment has the id."""


def add_claimed(experiments: Collection[Document], document: Document, mark: str = "") -> bool:
    """
    Insert the document of an experiment or registered model with its claim; False if its name is taken.

    May be repeated with the same document and mark when it is not known what came of it.

    Raises:
        IdTaken: Give the document another id and call `add_under`.
    """
    rows = [claim(document["name"], document["_id"], document["created"], mark), document]
    for _ in range(2):
        try:
            experiments.insert_many(rows, ordered=True)
        except BulkWriteError as error:
            (row,) = error.details["writeErrors"]
            if row["code"] != DUPLICATE_KEY:
                raise
            if row["index"] == 1:
                raise IdTaken from None
            if _is_mine(experiments, rows[0]):
                return _inserted(experiments, document)
            if not drop_if_left_behind(experiments, document["name"], document["created"]):
                return False
        else:
            return True
    return False


def _is_mine(experiments: Collection[Document], wanted: Document) -> bool:
    """Whether an earlier attempt, of which nothing was heard, has made the claim."""
    own = {key: wanted[key] for key in ("_id", "e", "by")}
    return experiments.find_one(own, {"_id": 1}) is not None


def _inserted(experiments: Collection[Document], document: Document) -> bool:
    """Insert what the claim was made for, unless that is there; `IdTaken` if something else has the id."""
    try:
        experiments.insert_one(document)
    except DuplicateKeyError:
        if not _is_there(experiments, document):
            raise IdTaken from None
    return True


def _is_there(experiments: Collection[Document], document: Document) -> bool:
    """Whether the document was inserted by whoever has the claim on its name."""
    return experiments.find_one({"_id": document["_id"], "name": document["name"]}, {"_id": 1}) is not None


def add_under(experiments: Collection[Document], document: Document, claimed_as: int) -> bool:
    """Insert the document of an experiment whose name is claimed as `claimed_as`; False if its id is taken too."""
    mine = {"_id": claim_id(document["name"]), "e": claimed_as, "at": document["created"]}
    experiments.update_one(mine, {"$set": {"e": document["_id"]}})
    try:
        experiments.insert_one(document)
    except DuplicateKeyError:
        return _is_there(experiments, document)
    return True


def take(experiments: Collection[Document], name: str, owner_id: Any, at: int) -> bool:
    """Claim another name for its owner; False if it is taken by another."""
    for _ in range(2):
        try:
            experiments.insert_one(claim(name, owner_id, at))
        except DuplicateKeyError:
            row = experiments.find_one({"_id": claim_id(name)})
            if row is not None and row["e"] == owner_id:
                return True
            if not drop_if_left_behind(experiments, name, at):
                return False
        else:
            return True
    return False


def release(experiments: Collection[Document], name: str, owner_id: Any) -> None:
    """Let go of the claim of its owner on a name that it no longer has."""
    experiments.delete_one({"_id": claim_id(name), "e": owner_id})


def drop_if_left_behind(experiments: Collection[Document], name: str, now: int) -> bool:
    """Whether the claim on `name` is gone now, because nobody who has the name stands behind it."""
    row = experiments.find_one({"_id": claim_id(name)})
    if row is None:
        return True
    owner = experiments.find_one({"_id": row["e"]}, {"name": 1})
    if (owner is not None and owner.get("name") == name) or row["at"] > now - GRACE_MS:
        return False
    return bool(experiments.delete_one({"_id": row["_id"], "e": row["e"], "at": row["at"]}).deleted_count)
