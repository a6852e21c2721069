"""How tests say that a call is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from genesis_flow.api.exceptions import MlflowException

INVALID = "INVALID_PARAMETER_VALUE"
MISSING = "RESOURCE_DOES_NOT_EXIST"
TAKEN = "RESOURCE_ALREADY_EXISTS"


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    """The error code and message with which `call` fails."""
    with pytest.raises(MlflowException) as caught:
        call()
    return caught.value.error_code, caught.value.message
