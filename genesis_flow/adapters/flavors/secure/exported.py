"""
Files of `torch.export.save`: a zip archive with a graph as JSON, and the bytes of tensors.

PyTorch reads such a file by evaluating texts of it: expressions of sizes, guards, and names of functions, looked up
by attribute (`torch.os.system` is one). So every text in it is looked at here, and what PyTorch is given is a new
archive, made of what was found to be harmless and of nothing else.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any, Final

from genesis_flow.adapters.flavors.secure import torch_files
from genesis_flow.adapters.flavors.secure.archives import MAGIC, Archive
from genesis_flow.adapters.flavors.secure.graph_texts import require_program
from genesis_flow.adapters.flavors.secure.limits import Deadline, Limits
from genesis_flow.adapters.flavors.secure.refusals import corrupt, forbidden
from genesis_flow.domain.errors import CorruptRecord
from genesis_flow.domain.values.text import shown
from genesis_flow.domain.values.trust import NO_TRUST

MODEL: Final = "models/model.json"
_SAMPLES: Final = "data/sample_inputs/model.pt"
_TENSORS: Final = re.compile(r"data/(?:weights/weight|constants/tensor)_[0-9]{1,9}")
_CONFIGS: Final = ("data/weights/model_weights_config.json", "data/constants/model_constants_config.json")
_MARKS: Final = ("archive_format", "archive_version", "byteorder", ".data/version", ".data/serialization_id")
_MARK: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}\n?")

#: What the examples, the only pickle in the archive, may consist of: tensors and their containers.
_SAMPLE_NAMES: Final = re.compile(
    r"torch\._utils\._rebuild_(?:tensor_v2|tensor_v3|parameter)|torch\.(?:storage\.)?[A-Za-z0-9]+Storage"
    r"|torch\.(?:device|Size|[a-z]+[0-9]+)|collections\.OrderedDict"
)


def cleaned(content: memoryview, limits: Limits, source: str) -> io.BytesIO:
    """
    An archive that PyTorch may read in place of `content`.

    Raises:
        UntrustedContent: It holds what could run code. CorruptRecord: It is damaged or something else.
    """
    if bytes(content[:4]) not in MAGIC:
        raise corrupt(source, "it is no archive of torch.export.save")
    archive = Archive(content, limits, source)
    model = [name for name in archive.names if name.endswith(f"/{MODEL}") and name.count("/") == 2]
    if len(model) != 1:
        raise corrupt(source, "it is no archive of torch.export.save, or one of PyTorch before 2.8")
    root = model[0].removesuffix(MODEL)
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_STORED) as target:
        for name in archive.names:
            if name.endswith("/"):
                continue
            if not name.startswith(root):
                raise forbidden(source, f"it holds {shown(name)}")
            below = name.removeprefix(root)
            target.writestr(f"model/{below}", _member(archive, name, below, limits, source))
    found.seek(0)
    return found


def _member(archive: Archive, name: str, below: str, limits: Limits, source: str) -> bytes | memoryview:
    if _TENSORS.fullmatch(below):
        return archive.read(name)
    if below == MODEL:
        return _rewritten(archive.read(name), source, require_program)
    if below in _CONFIGS:
        return _rewritten(archive.read(name), source, lambda config: _required(config, archive, name, source))
    data = bytes(archive.read(name))
    if below == _SAMPLES:
        _require_tensors(data, limits, source)
        return data
    if below in _MARKS and _MARK.fullmatch(data):
        return data
    raise forbidden(source, f"it holds {shown(below)}")


def _rewritten(data: memoryview, source: str, require: Callable[[Any], Any]) -> bytes:
    try:
        content = json.loads(bytes(data))
        return json.dumps(require(content)).encode()
    except RecursionError:
        raise forbidden(source, "its graph is nested too deep") from None
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise corrupt(source, f"its graph is not what it may be: {type(error).__name__}") from None
    except ValueError as error:
        raise forbidden(source, str(error)) from None


def _required(config: Any, archive: Archive, name: str, source: str) -> Any:
    """The list of tensors, if each is made of the bytes of a member."""
    directory = name.rpartition("/")[0]
    entries = {}
    for key, entry in config["config"].items():
        path, meta = str(entry["path_name"]), entry["tensor_meta"]
        member = f"{directory}/{path}"
        if entry["use_pickle"] is not False or not re.fullmatch(r"(?:weight|tensor)_[0-9]{1,9}", path):
            raise ValueError(f"its tensor {shown(key)} is a pickle")
        if member not in archive:
            raise CorruptRecord(f"'{source}' lacks the tensor {shown(path)}.")
        sizes = [_number(each) for each in meta["sizes"]]
        if not archive.size_bytes(member) and 0 not in sizes:
            raise ValueError(f"its tensor {shown(key)} has no bytes")
        entries[str(key)] = {
            "path_name": path,
            "is_param": entry["is_param"] is True,
            "use_pickle": False,
            "tensor_meta": {
                "dtype": int(meta["dtype"]),
                "sizes": [{"as_int": each} for each in sizes],
                "requires_grad": meta["requires_grad"] is True,
                "device": _device(meta["device"]),
                "strides": [{"as_int": _number(each)} for each in meta["strides"]],
                "storage_offset": {"as_int": _number(meta["storage_offset"])},
                "layout": int(meta["layout"]),
            },
        }
    return {"config": entries}


def _number(value: Any) -> int:
    found = value["as_int"]
    if type(found) is not int or found < 0:
        raise ValueError("a tensor has a size that is no number")
    return found


def _device(value: Any) -> dict[str, Any]:
    kind, index = value["type"], value.get("index")
    if not re.fullmatch(r"[a-z]{1,16}", str(kind)) or not (index is None or type(index) is int):
        raise ValueError("a tensor is on an odd device")
    return {"type": kind, "index": index}


def _require_tensors(data: bytes, limits: Limits, source: str) -> None:
    """See that a pickle is of tensors; it is read by our machine, with all its checks, first of all."""
    content = memoryview(data)
    archive, root = torch_files.archive_of(content, limits, source)
    pickled = memoryview(bytes(archive.read(f"{root}data.pkl")))
    noting = torch_files.noted(pickled, NO_TRUST, limits, source, Deadline(limits.seconds, source))
    odd = [".".join(key) for key in noting.names if not _SAMPLE_NAMES.fullmatch(".".join(key))]
    if odd:
        raise forbidden(source, f"its examples are made of {', '.join(map(shown, odd[:5]))}", *odd)
    torch_files.loaded(data, NO_TRUST, limits, mapped=True)
