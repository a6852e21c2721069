"""What the file `MLmodel` of a model directory says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.values.manifests import Manifest

#: The flavor that every model which can predict has, whatever it is made of.
FUNCTION: Final = "python_function"

#: The file that makes a directory a model.
RECORD_FILE: Final = "MLmodel"


@attrs.frozen
class ModelRecord:
    """
    What `MLmodel` says, by its own keys.

    Attributes:
        content: Plain texts, numbers, lists and mappings; keys that nobody knows are kept.
        manifest: What the files beside it were verified to be; None where nobody knows.
    """

    content: Mapping[str, Any]
    manifest: Manifest | None = None

    @property
    def flavors(self) -> Mapping[str, Mapping[str, Any]]:
        """What each flavor noted for itself, by its name."""
        found: Mapping[str, Mapping[str, Any]] = self.content["flavors"]
        return found

    @property
    def loader_module(self) -> str | None:
        """What loads the model as a function; None for a model that cannot predict."""
        found: str | None = self.flavors.get(FUNCTION, {}).get("loader_module")
        return found

    def flavor(self, name: str) -> Mapping[str, Any]:
        """
        What the flavor `name` noted for itself.

        Raises:
            NotFound: The model does not have this flavor.
        """
        if name not in self.flavors:
            raise NotFound(
                "flavor", name, f"Model does not have the \"{name}\" flavor, only {', '.join(sorted(self.flavors))}."
            )
        return self.flavors[name]
