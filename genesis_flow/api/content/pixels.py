"""Arrays of pixels as Pillow images."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Final

from genesis_flow.api.content.libraries import library

#: The longest side of the small copies that are stored beside images, in pixels.
THUMBNAIL_PIXELS: Final = 256
_KINDS: Final = {"b": "bool", "i": "signed integer", "u": "unsigned integer", "f": "floating"}
_CHANNELS: Final = (1, 3, 4)


def array_to_pil(array: Any) -> Any:
    """
    The `PIL.Image.Image` of an array of pixels.

    Args:
        array: bool, integer (0 to 255) or float (0 to 1; else rescaled with a warning)
            [height, width] or [height, width, 1 | 3 | 4].

    Raises:
        TypeError: Another type of elements.
        ValueError: Another shape, no pixels, or integers beyond 0 to 255.
        MissingLibrary: Pillow is not installed.

    Source: MLflow `mlflow.tracking.multimedia.convert_to_pil_image`.
    """
    if array.dtype.kind not in _KINDS:
        raise TypeError(
            f"Invalid array data type: '{array.dtype}'. Must be one of {list(_KINDS.values())}"
        )
    if array.ndim not in (2, 3):
        raise ValueError(f"`image` must be a 2D or 3D array but got image shape: {array.shape}")
    if array.ndim == 3 and array.shape[2] not in _CHANNELS:
        raise ValueError(
            f"Invalid channel length: {array.shape[2]}. Must be one of {list(_CHANNELS)}"
        )
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return pillow("An image").fromarray(_to_uint8(array))


def thumbnail(image: Any) -> Any:
    """A copy of a `PIL.Image.Image` whose longer side has 256 pixels, larger or smaller than the original."""
    width, height = image.size
    if width > height:
        return image.resize((THUMBNAIL_PIXELS, max(1, int(height * (THUMBNAIL_PIXELS / width)))))
    return image.resize((max(1, int(width * (THUMBNAIL_PIXELS / height))), THUMBNAIL_PIXELS))


def is_array(value: Any) -> bool:
    """Whether `value` is a numpy array; imports nothing."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def is_pil(value: Any) -> bool:
    """Whether `value` is a Pillow image; imports nothing."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(value, module.Image)


def pillow(purpose: str) -> Any:
    """The module `PIL.Image`."""
    return library("PIL.Image", package="Pillow", purpose=purpose)


def _to_uint8(array: Any) -> Any:
    import numpy as np

    # NaN is a dark pixel, and does not hide that others are out of range.
    low, high = np.fmin.reduce(array, axis=None), np.fmax.reduce(array, axis=None)
    if array.dtype.kind in "iu":
        if low < 0 or high > 255:
            raise ValueError(
                "Integer pixel values out of acceptable range [0, 255]. Found minimum value "
                f"{low} and maximum value {high}. Ensure all pixel values are within the specified range."
            )
        return array.astype(np.uint8)
    if low < 0 or high > 1:
        warnings.warn(
            f"Float pixel values out of acceptable range [0.0, 1.0]. Found minimum value {low} and maximum "
            f"value {high}. Rescaling values to [0.0, 1.0] with min/max scaler.",
            stacklevel=4,
        )
        with np.errstate(invalid="ignore"):
            array = (array - low) / (high - low)
    return np.nan_to_num(array * 255, nan=0).astype(np.uint8)
