"""Images as artifacts; expected values are what MLflow 3.17.2 stores, where not said otherwise."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from genesis_flow.api.content.images import Image, image_files, log_image
from genesis_flow.api.content.pixels import array_to_pil, thumbnail
from tests.api.content.fakes import FakeClient

NOW = 1_700_000_000_000
SQUARE = np.arange(4).reshape(2, 2)
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def _pixels(array: Any) -> tuple[str, Any]:
    image = array_to_pil(array)
    return image.mode, np.array(image).tolist()


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int64", "uint32"])
def test_integers_are_grey_values(dtype: str) -> None:
    """Integers from 0 to 255 are taken as they are, of whatever width."""
    assert ("L", [[0, 1], [2, 3]]) == _pixels(SQUARE.astype(dtype))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats_out_of_range_are_rescaled(dtype: str) -> None:
    """Floats beyond 0 to 1 are rescaled to it, with a warning."""
    with pytest.warns(UserWarning, match=r"Float pixel values out of acceptable range \[0.0, 1.0\]"):
        assert ("L", [[0, 85], [170, 255]]) == _pixels(SQUARE.astype(dtype))


@pytest.mark.parametrize(
    ("array", "pixels"),
    [
        (SQUARE.astype(bool), [[0, 255], [255, 255]]),
        (SQUARE / 3.0, [[0, 85], [170, 255]]),
        (np.array([[0, np.nan], [0.5, 1]]), [[0, 0], [127, 255]]),
    ],
)
def test_floats_and_booleans_in_range(array: Any, pixels: list[list[int]]) -> None:
    """0 to 1 becomes 0 to 255 without a warning; NaN is dark."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ("L", pixels) == _pixels(array)


@pytest.mark.parametrize(
    ("array", "pixels"),
    [(np.full((2, 2), 7.0), [[0, 0], [0, 0]]), (np.array([[np.nan, 5.0], [0.0, 10.0]]), [[0, 127], [0, 255]])],
)
def test_rescaling_survives_constants_and_nan(array: Any, pixels: list[list[int]]) -> None:
    """A constant becomes dark; NaN does not hide that other values are out of range (in MLflow it does)."""
    with pytest.warns(UserWarning, match="Float pixel values out of acceptable range"):
        assert ("L", pixels) == _pixels(array)


@pytest.mark.parametrize("array", [SQUARE - 1, SQUARE * 100])
def test_integers_out_of_range_are_refused(array: Any) -> None:
    """Integers beyond 0 to 255 are an error that says what was found."""
    low, high = array.min(), array.max()
    with pytest.raises(ValueError, match=f"Found minimum value {low} and maximum value {high}"):
        array_to_pil(array)


@pytest.mark.parametrize("dtype", ["complex64", "U1", "O"])
def test_other_types_are_refused(dtype: str) -> None:
    """Only booleans, integers and floats are pixels."""
    with pytest.raises(TypeError, match=r"Must be one of \['bool', 'signed integer', 'unsigned integer'"):
        array_to_pil(SQUARE.astype(dtype))


@pytest.mark.parametrize(("shape", "mode"), [((2, 3), "L"), ((2, 3, 1), "L"), ((2, 3, 3), "RGB"), ((2, 3, 4), "RGBA")])
def test_the_shape_decides_the_mode(shape: tuple[int, ...], mode: str) -> None:
    """Arrays are [height, width] or [height, width, channels]."""
    image = array_to_pil(np.zeros(shape, "uint8"))
    assert (mode, (3, 2)) == (image.mode, image.size)


@pytest.mark.parametrize(
    ("shape", "message"),
    [((4,), "2D or 3D array"), ((1, 1, 1, 1), "2D or 3D array"), ((2, 2, 2), "channel length: 2"), ((0, 3), "zero")],
)
def test_other_shapes_are_refused(shape: tuple[int, ...], message: str) -> None:
    """Other dimensions, other channels and no pixels at all are errors."""
    with pytest.raises(ValueError, match=message):
        array_to_pil(np.zeros(shape, "uint8"))


@pytest.mark.parametrize(
    ("size", "small"), [((500, 3), (256, 1)), ((1, 2), (128, 256)), ((4, 4), (256, 256)), ((600, 1), (256, 1))]
)
def test_thumbnails_have_256_pixels(size: tuple[int, int], small: tuple[int, int]) -> None:
    """The longer side has 256 pixels; the other one at least one (MLflow fails there)."""
    assert small == thumbnail(PIL.Image.new("RGB", size)).size


def test_a_series_has_a_full_and_a_small_file() -> None:
    """The names say key (`/` as `~`), step and time; a tag says that there are images."""
    client = FakeClient()
    log_image(client, "r", image_files(SQUARE, key="a/b c.d-e", step=3, timestamp=77, now_ms=NOW))
    full, small = client.files["r"]
    name = re.fullmatch(rf"(images/a~b c\.d-e\+step\+3\+timestamp\+77\+{UUID})\.png", full)
    assert name is not None
    assert f"{name[1]}+compressed.webp" == small
    opened = [PIL.Image.open(io.BytesIO(data)) for data in client.files["r"].values()]
    assert [("PNG", (2, 2)), ("WEBP", (256, 256))] == [(image.format, image.size) for image in opened]
    assert {"mlflow.loggedImages": "True"} == client.tags["r"]


@pytest.mark.parametrize("given", [{}, {"step": 0, "timestamp": 0}])
def test_steps_and_times_have_defaults(given: dict[str, Any]) -> None:
    """Without a step it is 0; without a time, or at 0, it is now."""
    files = image_files(SQUARE, key="k", now_ms=NOW, **given).files
    assert all(path.startswith(f"images/k+step+0+timestamp+{NOW}+") for path in files)


@pytest.mark.parametrize(
    ("name", "format"), [("i.png", "PNG"), ("a/b/i.jpg", "JPEG"), ("i.gif", "GIF"), ("i.webp", "WEBP")]
)
def test_a_single_file_has_the_format_of_its_name(name: str, format: str) -> None:
    """With `artifact_file` there is one file and no tag."""
    stored = image_files(PIL.Image.new("RGB", (1, 2)), name, now_ms=NOW)
    assert ([name], {}) == (list(stored.files), stored.tags)
    assert format == PIL.Image.open(io.BytesIO(stored.files[name])).format


def test_all_kinds_of_images_are_taken() -> None:
    """Arrays, Pillow's images and `Image` are logged alike; a palette is kept."""
    for image in (SQUARE, array_to_pil(SQUARE), Image(SQUARE)):
        data = image_files(image, "i.png", now_ms=NOW).files["i.png"]
        assert [[0, 1], [2, 3]] == np.array(PIL.Image.open(io.BytesIO(data))).tolist()


@pytest.mark.parametrize("name", ["noext", "x.foo"])
def test_unknown_extensions_are_refused(name: str) -> None:
    """A name without a known extension does not say what to write."""
    with pytest.raises(ValueError, match="unknown file extension"):
        image_files(SQUARE, name, now_ms=NOW)


@pytest.mark.parametrize("image", [[[1, 2]], "x.png", None, 5])
def test_other_objects_are_refused(image: object) -> None:
    """Lists and paths are no images here."""
    with pytest.raises(TypeError, match="Unsupported image object type"):
        image_files(image, "i.png", now_ms=NOW)


@pytest.mark.parametrize("key", ["a#b", "", "ab\n", "a%2f", "ü", "a+b"])
def test_keys_with_other_letters_are_refused(key: str) -> None:
    """Keys hold letters, digits, `_ - . space /` and no end of line (which MLflow lets through)."""
    with pytest.raises(ValueError, match="may only contain alphanumerics"):
        image_files(SQUARE, key=key, now_ms=NOW)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"artifact_file": "a.png", "key": "k"}, "cannot be used in conjunction"),
        ({"artifact_file": "a.png", "step": 0}, "cannot be used in conjunction"),
        ({"artifact_file": "a.png", "timestamp": 0}, "cannot be used in conjunction"),
        ({}, "exactly one of `artifact_file` or `key`"),
        ({"step": 1}, "exactly one of `artifact_file` or `key`"),
    ],
)
def test_exactly_one_name_is_needed(given: dict[str, Any], message: str) -> None:
    """An image is a file or part of a series, not both and not neither."""
    with pytest.raises(TypeError, match=message):
        image_files(SQUARE, now_ms=NOW, **given)


def test_image_wraps_what_can_be_an_image(tmp_path: Path) -> None:
    """`Image` takes paths, lists, arrays and Pillow's images, and gives pixels back."""
    path = str(tmp_path / "q.png")
    Image([[1, 2]]).save(path)
    for image in (Image(path), Image([[1, 2]]), Image(np.array([[1, 2]])), Image(PIL.Image.open(path))):
        assert ((2, 1), [1, 2], [[1, 2]]) == (image.size, image.to_list(), image.to_array().tolist())
        image.to_pil().close()
    assert [(0, 0, 0)] == Image(np.zeros((1, 1, 3), "uint8")).to_list()
    resized = Image([[1, 2]]).resize((4, 3))
    assert (Image, (4, 3)) == (type(resized), resized.size)


def test_image_refuses_the_rest() -> None:
    """Numbers and path objects are refused; a missing file is not found."""
    for other in (5, Path("q.png"), None):
        with pytest.raises(TypeError, match="Unsupported image object type"):
            Image(other)
    with pytest.raises(FileNotFoundError):
        Image("nope.png")
