"""No accepted artifact path leaves its root, and legal names stay as they are."""

from __future__ import annotations

import ntpath
import posixpath
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from genesis_flow.domain.errors import InvalidInput
from genesis_flow.domain.values.paths import ROOT, ArtifactPath, artifact_path

#: Pieces that escapes are made of, and what tells them apart from harmless ones.
PIECES = (
    ".", "..", "...", "/", "//", "\\", ":", "C:", "c:", "a", "é", " ", "%", "%2e", "%2E", "%2f", "%5c", "%25",
    "%252e", "%3a", "~", "\0", "\n", "%00", "file:", "://", "?", "#", ";", "//host",
    "\uff0e", "\u2024", "\u2215",
)  # fmt: skip
devious = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)


def _accepted(value: str) -> ArtifactPath:
    try:
        return artifact_path(value)
    except InvalidInput:
        assume(False)
        raise


@given(devious)
@example("C:x")
@example("a/C:x")
@example("a/.. /..")
@example("a%2f..%2f..")
def test_an_accepted_path_stays_below_a_posix_root(value: str) -> None:
    """Joined to a root and normalised, as it is or percent-decoded any number of times, it stays below."""
    form = _accepted(value).text
    for _ in range(12):
        assert posixpath.normpath(posixpath.join("/root/dir", form)).startswith("/root/dir")
        assert ".." not in PurePosixPath(form).parts
        form = unquote(form)


@given(devious)
@example("C:x")
@example("a/C:x")
@example("a/.. /..")
@example(".%3a")
@example(" //host")
@example("./%2f")
def test_an_accepted_path_stays_below_a_windows_root(value: str) -> None:
    """The same holds for the rules of Windows, which also strips dots and blanks at the end of names."""
    form = _accepted(value).text
    for _ in range(12):
        joined = ntpath.join("D:\\root\\dir", form).replace("/", "\\")
        stripped = "\\".join(part.rstrip(" ") for part in joined.split("\\"))
        for text in (joined, stripped):
            assert ntpath.normpath(text).startswith("D:\\root\\dir")
        by_parts = PureWindowsPath("D:\\root\\dir").joinpath(*form.split("/"))
        assert by_parts.is_relative_to("D:\\root\\dir")
        form = unquote(form)


@given(devious)
def test_an_accepted_path_is_in_normal_form(value: str) -> None:
    """A path has no empty or `.` parts, and is its own normal form."""
    path = _accepted(value)
    assert not {"", ".", ".."} & set(path.parts)
    assert path == artifact_path(path.text)
    assert path.text == "/".join(path.parts)


@pytest.mark.parametrize(
    "value",
    [
        "/", "/a", "//a", "..", "../a", "a/..", "a/../b", "a\\b", "\\\\host\\x", "C:", "C:/x", "C:x", "a/d:x",
        "%2e%2e", "%2E%2e/a", "a/%2e%2e", "a%2f..%2fb", "a%5cb", "%252e%252e/a", "%25252e%25252e", "..%00",
        "a\nb", "a\0", "a\x7f", "a\x85", "a%0ab", ".. ", "... ", ". .", "a/.. ", "file://x", "a/http://x",
        "%2fetc", "./%2fetc", "a\ud800", "%" + "25" * 20 + "2e", "..%c0%af\\",
    ],
)
def test_escapes_are_refused(value: str) -> None:
    """What climbs, is absolute, or would be either on some system or when decoded, is refused by name."""
    with pytest.raises(InvalidInput) as caught:
        artifact_path(value, "the_field")
    assert "the_field" == caught.value.field
    assert len(caught.value.message) < 500


@pytest.mark.parametrize(
    "value",
    [
        "a", "a b", "a/b.txt", "50%25.txt", "100%", "%", "a%2e%2e", "..a", "a..", "a..b/c", ".hidden", "~",
        "a~b", "#", "?", "a?b=c", "a;b", "*", "[x]", "ab:c", "12:30", "é", "e\u0301", "模型", "ab::c",
        "%zz", "images/a~b+step+3+timestamp+77+x.png", "-", "'\"", "a|b", "<a>", "$a", "\u2028", "~$x.docx",
        "x" * 999,
    ],
)
def test_legal_names_stay_as_they_are(value: str) -> None:
    """A legal name is accepted and not changed in any character."""
    assert value == artifact_path(value).text


@pytest.mark.parametrize(
    ("value", "normal"),
    [(None, ""), ("", ""), (".", ""), ("./", ""), ("a/", "a"), ("./a//b/./c/", "a/b/c")],
)
def test_spellings_of_one_path_are_equal(value: str | None, normal: str) -> None:
    """Empty and `.` parts say nothing."""
    assert ArtifactPath(normal) == artifact_path(value)


@given(st.lists(st.sampled_from(["a", "é", "50%", "#x"]), max_size=4))
def test_parts_name_and_parent_belong_together(parts: list[str]) -> None:
    """A path is its parent and its name; a path below another is made with `/`."""
    path = artifact_path("/".join(parts))
    assert tuple(parts) == path.parts
    if parts:
        assert path == path.parent / path.name
    else:
        assert ("", ROOT) == (path.name, path.parent)


@pytest.mark.parametrize("below", ["..", "/a", "c:x", "%2e%2e"])
def test_a_path_below_is_checked(below: str) -> None:
    """What is added with `/` is checked like any other path."""
    with pytest.raises(InvalidInput):
        artifact_path("a") / below


@given(st.integers(0, 9))
def test_no_number_of_encodings_hides_an_escape(times: int) -> None:
    """`..` is found however often it is percent-encoded."""
    value = "a/%2e%2e/b"
    for _ in range(times):
        value = quote(value)
    with pytest.raises(InvalidInput):
        artifact_path(value)


@pytest.mark.parametrize("value", [5, b"a", ["a"]])
def test_only_text_is_a_path(value: object) -> None:
    """What is no string is refused."""
    with pytest.raises(InvalidInput):
        artifact_path(value)  # type: ignore[arg-type]  # that is the point
