"""
The one door for stored objects.

Whatever flavor reads a file of a model that can hold more than numbers and texts reads it through here. Nothing
in a file is made before every name in it was looked up in our own tables (`secure/tables`), and nothing is made
that they do not list or the caller does not vouch for. There is no way from here to a library's own loader but
`Trust.allow_unsafe`.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from genesis_flow.adapters.flavors.secure import array_files, auditing, exported, skops_files, torch_files
from genesis_flow.adapters.flavors.secure.archives import Archive
from genesis_flow.adapters.flavors.secure.limits import DEFAULT_LIMITS, Limits
from genesis_flow.adapters.flavors.secure.pickles import unpickled
from genesis_flow.adapters.flavors.secure.sources import read_once
from genesis_flow.domain.errors import CorruptRecord, NotFound
from genesis_flow.domain.values.audit import FileAudit
from genesis_flow.domain.values.trust import NO_TRUST, Trust

_log: Final = logging.getLogger(__name__)


def load_pickle(source: Path | bytes, trust: Trust = NO_TRUST, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """
    The object of a pickle, a cloudpickle or a joblib file, compressed or not.

    Raises:
        UntrustedContent: It holds what is not listed and not vouched for, or asks for too much.
        CorruptRecord: It is damaged, or is something else.
        Unsupported: A package that it needs is not installed.
        NotFound: There is no such file.
    """
    content, name = read_once(source, limits)
    if trust.allow_unsafe:
        return _unsafely(trust, name, "pickle", lambda: _unsafe_pickle(content))
    return unpickled(content, trust, limits, name)


def load_skops(source: Path | bytes, trust: Trust = NO_TRUST, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """
    The object of a skops file.

    Raises:
        As `load_pickle`.
    """
    content, name = read_once(source, limits)
    if trust.allow_unsafe:
        return _unsafely(trust, name, "skops", lambda: _unsafe_skops(content))
    return skops_files.loaded(Archive(memoryview(content), limits, name), trust, limits, name)


def load_npy(source: Path | bytes, trust: Trust = NO_TRUST, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """
    The array of a .npy file; one of objects goes the way of pickles.

    Raises:
        As `load_pickle`.
    """
    content, name = read_once(source, limits)
    return array_files.array_of(memoryview(content), limits, name, trust)


def load_npz(source: Path | bytes, trust: Trust = NO_TRUST, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """
    The arrays of a .npz file by name; those of objects go the way of pickles.

    Raises:
        As `load_pickle`.
    """
    content, name = read_once(source, limits)
    return array_files.arrays_of(Archive(memoryview(content), limits, name), limits, name, trust)


def load_torch(
    source: Path | bytes, trust: Trust = NO_TRUST, *, mapped: bool = False, limits: Limits = DEFAULT_LIMITS
) -> Any:
    """
    The object of a file of `torch.save`: tensors and their containers, modules of `torch.nn`, the caller's classes.

    All tensors are on the CPU, wherever they were saved from.

    Args:
        mapped: Keep large tensors in the file, of which pages are read when they are used, instead of reading
            them now. The file must not be changed while they live.

    Raises:
        As `load_pickle`.
    """
    if trust.allow_unsafe:
        return _unsafely(trust, _name_of(source), "torch", lambda: _unsafe_torch(source))
    return torch_files.loaded(source, trust, limits, mapped=mapped)


def load_exported(source: Path | bytes, trust: Trust = NO_TRUST, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """
    The program of a file of `torch.export.save`, which calls nothing but PyTorch's own functions of tensors.

    Raises:
        As `load_pickle`.
    """
    import io

    import torch

    content, name = read_once(source, limits)
    if trust.allow_unsafe:
        return _unsafely(trust, name, "torch.export", lambda: torch.export.load(io.BytesIO(content)))
    file = exported.cleaned(memoryview(content), limits, name)
    try:
        return torch.export.load(file)
    except Exception as error:  # whatever PyTorch does about a graph that makes no sense
        raise CorruptRecord(f"'{name}' cannot be read: {type(error).__name__}: {error}") from error


def audit_file(path: Path, trust: Trust = NO_TRUST, *, limits: Limits = DEFAULT_LIMITS) -> FileAudit:
    """
    What loading the file would make, and whether it would be loaded; nothing is made or imported for it.

    A file that is damaged or that cannot be read is not an error but a problem that the audit names.
    """
    return auditing.audited(path, path.name, trust, limits)


def audit_directory(path: Path, trust: Trust = NO_TRUST, *, limits: Limits = DEFAULT_LIMITS) -> list[FileAudit]:
    """
    What loading each file below the directory would make, in order of path.

    Raises:
        NotFound: There is no such directory.
    """
    if not path.is_dir():
        raise NotFound("local directory", str(path), f"No such local directory: '{path}'")
    return list(auditing.audited_below(path, trust, limits))


def _name_of(source: Path | bytes) -> str:
    return source.name if isinstance(source, Path) else "model"


def _unsafely(trust: Trust, source: str, kind: str, load: Any) -> Any:
    if not trust.is_own:
        _log.warning("'%s' is loaded by %s itself, because the caller allows it to run any code.", source, kind)
    return load()


def _unsafe_pickle(content: bytes) -> Any:
    import io

    try:
        import joblib
    except ImportError:
        import pickle

        return pickle.loads(content)  # noqa: S301  # the caller allowed it for this call, and it was logged
    return joblib.load(io.BytesIO(content))


def _unsafe_skops(content: bytes) -> Any:
    import skops.io

    return skops.io.loads(content, trusted=skops.io.get_untrusted_types(data=content))


def _unsafe_torch(source: Path | bytes) -> Any:
    import io

    import torch

    file = source if isinstance(source, Path) else io.BytesIO(source)
    return torch.load(file, map_location="cpu", weights_only=False)
