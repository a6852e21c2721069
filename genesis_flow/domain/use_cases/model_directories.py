"""Loading models from directories on the local disk: the one door that every flavor is behind."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs

from genesis_flow.domain.entities.model_record import FUNCTION, RECORD_FILE, ModelRecord
from genesis_flow.domain.errors import Forbidden, NotFound, UntrustedContent
from genesis_flow.domain.values.manifests import Manifest, read_verified, verify_directory, write_manifest
from genesis_flow.domain.values.policies import PickleSwitch
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import NO_TRUST, OWN, Trust
from genesis_flow.ports.flavors import Flavors, ModelFlavor, ModelFunction
from genesis_flow.ports.model_files import ModelFiles

T = TypeVar("T")

_log: Final = logging.getLogger(__name__)

_HOW_TO_TRUST: Final = "If you know where this model comes from, load it with allow_unsafe_deserialization=True."

#: The flavor that loads what a model's own code defines.
_OWN_CODE: Final = FUNCTION


@attrs.frozen
class ModelDirectories:
    """
    Loading models from directories on the local disk.

    A directory with a manifest is verified before anything in it is parsed. Code that lies in the directory
    runs only where the caller trusts it.
    """

    flavors: Flavors
    files: ModelFiles
    _pickles: PickleSwitch

    def seal(self, directory: Path) -> Manifest:
        """List what the files of a finished model hold; see `verify_directory`."""
        return write_manifest(directory)

    def read(self, directory: Path, digest: str | None = None) -> ModelRecord:
        """
        What the model in `directory` says about itself.

        Args:
            digest: Of its manifest, where it is known.

        Raises:
            NotFound: No model is there.
            UntrustedContent, CorruptRecord: See `verify_directory` and `ModelFiles.read`.
        """
        if not (directory / RECORD_FILE).exists():
            raise NotFound(
                "model", str(directory), f'Could not find an "{RECORD_FILE}" configuration file at "{directory}"'
            )
        manifest = verify_directory(directory, digest)
        record = self.files.parse(read_verified(directory, manifest, RECORD_FILE))
        return attrs.evolve(record, manifest=manifest)

    def load(
        self,
        directory: Path,
        flavor: str,
        trust: Trust = NO_TRUST,
        options: Mapping[str, Any] | None = None,
        digest: str | None = None,
    ) -> Any:
        """
        The model in `directory`, as the library of `flavor` knows it.

        Args:
            options: What the flavor's own `load_model` takes. digest: Of the model's manifest, where it is known.

        Raises:
            NotFound: No such flavor, or the model does not have it.
            UntrustedContent: Files are not what was saved, or more trust is needed; nothing was run.
            CorruptRecord, Unsupported, Forbidden: See `ModelFlavor.load`, and `MLFLOW_ALLOW_PICKLE_DESERIALIZATION`.
        """
        record = self.read(directory, digest)
        chosen = self.flavors.get(flavor)
        record.flavor(flavor)

        def loaded(directory: Path, record: ModelRecord, trust: Trust) -> Any:
            self._require_allowed(chosen, directory, record, trust)
            return chosen.load(directory, record, trust, options or {})

        return self._loaded_if_trusted(loaded, directory, record, trust)

    def load_function(
        self,
        directory: Path,
        trust: Trust = NO_TRUST,
        options: Mapping[str, Any] | None = None,
        digest: str | None = None,
    ) -> tuple[ModelRecord, ModelFunction]:
        """
        The model in `directory` as a function, and what it says about itself; see `load`.

        Raises:
            NotFound: The model cannot predict.
        """
        record = self.read(directory, digest)
        record.flavor(FUNCTION)
        found = self.flavors.by_loader(record.loader_module or "", tuple(record.flavors))
        chosen = found or self.flavors.get(_OWN_CODE)

        def loaded(directory: Path, record: ModelRecord, trust: Trust) -> ModelFunction:
            self._require_allowed(chosen, directory, record, trust)
            return chosen.load_function(directory, record, trust, options or {})

        return record, self._loaded_if_trusted(loaded, directory, record, trust)

    def _loaded_if_trusted(
        self, load: Callable[[Path, ModelRecord, Trust], T], directory: Path, record: ModelRecord, trust: Trust
    ) -> T:
        """
        What `load` gives; what is refused is loaded from a copy if this process wrote it, down to the last byte.

        The copy is this user's alone and is verified, so nobody can change a file between that and its use.
        """
        try:
            return load(directory, record, trust)
        except UntrustedContent:
            if record.manifest is None or record.manifest.digest not in trust.own_models:
                raise
        copy = _private_copy(directory)
        return load(copy, self.read(copy, record.manifest.digest), OWN)

    def _require_allowed(self, flavor: ModelFlavor, directory: Path, record: ModelRecord, trust: Trust) -> None:
        if flavor.has_pickles_in(directory, record) and not self._pickles.is_on():
            raise Forbidden(
                "Deserializing model using pickle is disallowed, but this model is saved in pickle format. "
                "To address this issue, you need to set environment variable 'MLFLOW_ALLOW_PICKLE_DESERIALIZATION' "
                "to 'true', or save the model in a format without pickles."
            )
        if trust.allow_unsafe or trust.names:
            _log.info(
                "The model in '%s' (%s) is loaded with trust in %s.",
                directory,
                record.manifest.digest if record.manifest else "without a manifest",
                "any code" if trust.allow_unsafe else sorted(trust.names),
            )
        if trust.allow_unsafe:
            return
        # Of every flavor: none may bring code in by the door of another.
        noted = dict.fromkeys(str(each["code"]) for each in record.flavors.values() if each.get("code"))
        code = [*noted, *flavor.code_needed(record)]
        if code:
            raise UntrustedContent(
                f"To load this model, code that lies in it would run: {', '.join(map(shown, code))}. {_HOW_TO_TRUST}"
            )


def _private_copy(directory: Path) -> Path:
    """A copy in a directory of this user's alone, for as long as the process lives: models read files later, too."""
    parent = tempfile.mkdtemp(prefix="genesis-flow-own-")
    atexit.register(_remove, parent, os.getpid())
    return Path(shutil.copytree(directory, Path(parent, "model"), symlinks=True))


def _remove(directory: str, process_id: int) -> None:
    if os.getpid() == process_id:  # a forked child leaves what its parent uses
        shutil.rmtree(directory, ignore_errors=True)
