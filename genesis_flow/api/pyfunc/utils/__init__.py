"""What checks the data of functions by their type hints."""

from __future__ import annotations

from genesis_flow.api.pyfunc.utils.data_validation import pyfunc

__all__ = ["pyfunc"]
