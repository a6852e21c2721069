"""Dictionaries as JSON or YAML."""

from __future__ import annotations

import json
import os
from typing import Any


def dictionary_to_bytes(dictionary: Any, artifact_file: str) -> bytes:
    """
    `dictionary` as YAML if `artifact_file` ends in .yml or .yaml, else as JSON.

    What the format has no form for is written as its text. Unlike MLflow's, the YAML holds no Python objects,
    so that it can be read safely.

    Source: MLflow `MlflowClient.log_dict`.
    """
    if os.path.splitext(artifact_file)[1] in (".yml", ".yaml"):
        return _yaml(dictionary).encode()
    return json.dumps(dictionary, indent=2, default=str).encode()


def _yaml(dictionary: Any) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes subclasses of plain types as these, and all else as text."""

    represent = yaml.representer.SafeRepresenter
    plain_forms: tuple[tuple[type, Any], ...] = (
        (dict, represent.represent_dict),
        (list, represent.represent_list),
        (tuple, represent.represent_list),
        (int, lambda dumper, value: dumper.represent_int(int(value))),
        (float, lambda dumper, value: dumper.represent_float(float(value))),
        (str, lambda dumper, value: dumper.represent_str(str(value))),
        (object, lambda dumper, value: dumper.represent_str(str(value))),
    )
    for kind, as_plain in plain_forms:
        Dumper.add_multi_representer(kind, as_plain)
    return str(yaml.dump(dictionary, Dumper=Dumper, indent=2, default_flow_style=False))
