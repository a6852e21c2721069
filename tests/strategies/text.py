"""
Texts that are hard on databases and parsers.

Small alphabets make texts that differ in one thing only (case, an accent, a dot, a trailing space), which is
what finds bugs; free text hardly ever does.
"""

from __future__ import annotations

from hypothesis import strategies as st

#: Letters in both cases, one as a composed and as a combined accent, and what separates words and paths.
KEY_ALPHABET = "aA éÉe\u0301./-_:"
#: What means something to some database or language.
MARKS = "$%`'\"\\\0\n[]*^|(){}?+#,;<>="
VALUE_ALPHABET = KEY_ALPHABET + MARKS + "ßſKıİ😀"

SPECIAL_KEYS = (
    "a", "A", "a.b", "a b", "a ", " a", ".a", "a.", "$a", "a.$", "$set", "_id", "id", "key", "0", "a.0",
    "a/b", "é", "e\u0301", "a%", "a_", "__proto__", "mlflow.note", "and", "order by", "a`b", "a'b", "a\0b",
)
SPECIAL_VALUES = (
    "", " ", "a", "A", "ab", "a%b", "a_b", "a\\", "\\", "it's", "it''s", '"', "'\"", "$a", "a\nb", "a\n",
    "\0", "a\0b", "é", "e\u0301", "É", "None", "null", "true", "1", "01", "1.0", "nan", ".*", "^a$", "[a]",
    "(?i)a", "a.b", "😀", "2020-01-01", "a" * 300,
)


def keys() -> st.SearchStrategy[str]:
    """Keys of params, metrics and tags that a repository must store, whether use cases allow them or not."""
    return st.sampled_from(SPECIAL_KEYS) | st.text(KEY_ALPHABET + "$%\0", min_size=1, max_size=3)


def legal_keys() -> st.SearchStrategy[str]:
    """Keys of params, metrics and tags that use cases allow."""
    names = st.text("aAé _-:.", min_size=1, max_size=3).filter(lambda name: name.strip(".") != "")
    return st.lists(names, min_size=1, max_size=2).map("/".join).filter(lambda key: not key.startswith(".."))


def values() -> st.SearchStrategy[str]:
    """Values of params and tags, names, and other texts without rules."""
    return st.sampled_from(SPECIAL_VALUES) | st.text(VALUE_ALPHABET, max_size=4)


@st.composite
def perturbed(draw: st.DrawFn, text: str) -> str:
    """`text`, or something that differs from it a little."""
    at = draw(st.integers(0, len(text)))
    character = draw(st.sampled_from(VALUE_ALPHABET))
    return draw(
        st.sampled_from(
            (
                text, text, text.swapcase(), text.upper(), text[:at], text[at:], text + " ",
                text[:at] + character + text[at:], text[:at] + character + text[at + 1 :],
            )
        )
    )


@st.composite
def patterns(draw: st.DrawFn, text: str) -> str:
    """A LIKE pattern that matches `text`, or nearly so."""
    base = draw(perturbed(text))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(base)))
        end = draw(st.integers(start, len(base)))
        width = end - start
        wildcard = draw(st.sampled_from(("%", "%%", "_" * width, "_" * width + "%", "_%", "_")))
        base = base[:start] + wildcard + base[end:]
    return base
