"""Images as artifacts: files of their own, or series by key and step."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any, Final

import attrs

from genesis_flow.api.content.figures import bytes_saved
from genesis_flow.api.content.libraries import library
from genesis_flow.api.content.pixels import array_to_pil, is_array, is_pil, pillow, thumbnail
from genesis_flow.api.content.run_content import RunContent

#: The tag of a run that says that series of images lie among its artifacts.
LOGGED_IMAGES_TAG: Final = "mlflow.loggedImages"
_KEY: Final = re.compile(r"[a-zA-Z0-9_\-./ ]+")


class Image:
    """
    An image that can be logged with `log_image` or in a table.

    Attributes:
        image: The `PIL.Image.Image`.
        size: (width, height) in pixels.

    Source: MLflow `mlflow.Image`.
    """

    def __init__(self, image: Any) -> None:
        """
        An image.

        Args:
            image: A numpy array or nested lists of pixels, a `PIL.Image.Image`, or the path (str) of a file.

        Raises:
            TypeError: Something else.
            ValueError: Pixels of another shape or beyond their range.
            FileNotFoundError: No such file.
        """
        self.image = _to_pil(image)
        self.size = self.image.size

    def to_list(self) -> list[Any]:
        """The pixels, row by row: numbers, or a tuple of channels each."""
        if hasattr(self.image, "get_flattened_data"):
            return list(self.image.get_flattened_data())
        return list(self.image.getdata())

    def to_array(self) -> Any:
        """The pixels as uint8[height, width] or uint8[height, width, channels]."""
        return library("numpy", package="numpy", purpose="`Image.to_array`").array(self.image)

    def to_pil(self) -> Any:
        """The image as a `PIL.Image.Image`."""
        return self.image

    def save(self, path: str) -> None:
        """Write the image to the file `path`, whose extension decides the format."""
        self.image.save(path)

    def resize(self, size: tuple[int, int]) -> Image:
        """A copy that is `size` (width, height) pixels large."""
        return Image(self.image.resize(size))


@attrs.frozen
class ImageFiles:
    """
    What logging an image stores.

    Attributes:
        files: Bytes by artifact path.
        tags: What to set on the run.
    """

    files: dict[str, bytes]
    tags: dict[str, Any] = attrs.field(factory=dict)


def image_files(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    *,
    now_ms: int,
) -> ImageFiles:
    """
    The files that an image becomes: one with the name given, or a full one and a small one in a series.

    Args:
        image: A numpy array, a `PIL.Image.Image` or an `Image`.
        artifact_file: Name of the file, whose extension decides the format; excludes the other arguments.
        key: Name of the series: letters, digits, `_ - . space /`.
        timestamp: Milliseconds since the epoch (UTC); by default `now_ms`.

    Raises:
        TypeError: Not exactly one of `artifact_file` and `key`, or no image.
        ValueError: A forbidden character in `key`, an unknown extension, or pixels beyond their range.

    Source: MLflow `MlflowClient.log_image`.
    """
    _require_one_name(artifact_file, key, step, timestamp)
    picture = _loggable_to_pil(image)
    if artifact_file is not None:
        return ImageFiles({artifact_file: bytes_saved(artifact_file, picture.save)})
    if _KEY.fullmatch(key or "") is None:
        raise ValueError(
            "The `key` parameter may only contain alphanumerics, underscores (_), dashes (-), periods (.), "
            f"spaces ( ), and slashes (/). The provided key `{key}` contains invalid characters."
        )
    series = f"images/{(key or '').replace('/', '~')}"
    name = f"{series}+step+{step or 0}+timestamp+{timestamp or now_ms}+{uuid.uuid4()}"
    return ImageFiles(
        {
            f"{name}.png": pil_to_bytes(picture, "PNG"),
            f"{name}+compressed.webp": pil_to_bytes(thumbnail(picture), "WEBP"),
        },
        {LOGGED_IMAGES_TAG: True},
    )


def log_image(client: RunContent, run_id: str, image: ImageFiles) -> None:
    """Store the files and tags of `image_files` in a run."""
    for path, data in image.files.items():
        client.log_bytes(run_id, data, path)
    for key, value in image.tags.items():
        client.set_tag(run_id, key, value)


def pil_to_bytes(image: Any, format: str) -> bytes:
    """The file of a `PIL.Image.Image` in a format such as "PNG"."""
    file = io.BytesIO()
    image.save(file, format=format)
    return file.getvalue()


def _require_one_name(
    artifact_file: str | None, key: str | None, step: int | None, timestamp: int | None
) -> None:
    if artifact_file is not None and (key, step, timestamp) != (None, None, None):
        raise TypeError(
            "The `artifact_file` parameter cannot be used in conjunction with `key`, `step`, or `timestamp` "
            "parameters. Give `artifact_file` alone."
        )
    if artifact_file is None and key is None:
        raise TypeError(
            "Invalid arguments: Please specify exactly one of `artifact_file` or `key`. Use `key` for a "
            "series of images and `artifact_file` for a single one."
        )


def _loggable_to_pil(image: Any) -> Any:
    if isinstance(image, Image):
        return image.to_pil()
    if is_array(image):
        return array_to_pil(image)
    if is_pil(image):
        return image
    raise TypeError(
        f"Unsupported image object type: {type(image)}. `image` must be one of numpy.ndarray, "
        "PIL.Image.Image, and mlflow.Image."
    )


def _to_pil(image: Any) -> Any:
    if isinstance(image, str):
        return pillow("`Image`").open(image)
    if isinstance(image, list):
        return array_to_pil(library("numpy", package="numpy", purpose="`Image`").array(image))
    if is_array(image):
        return array_to_pil(image)
    if is_pil(image):
        return image
    raise TypeError(
        f"Unsupported image object type: {type(image)}. `image` must be one of numpy.ndarray, "
        "PIL.Image.Image, or a filepath to an image."
    )
