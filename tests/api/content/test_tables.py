"""Tables as artifacts; expected bytes are what MLflow 3.17.2 writes, where not said otherwise."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import Any

import numpy as np
import pandas as pd
import PIL.Image
import pytest

from genesis_flow.api.content.images import Image
from genesis_flow.api.content.tables import load_table, log_table
from genesis_flow.api.exceptions import MlflowException
from tests.api.content.fakes import FakeClient

TAG = "mlflow.loggedArtifacts"


@pytest.fixture
def client() -> FakeClient:
    """A client without runs."""
    return FakeClient()


def _tables(client: FakeClient, run_id: str = "r") -> list[dict[str, str]]:
    loaded: list[dict[str, str]] = json.loads(client.tags[run_id][TAG])
    return loaded


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"a": [1, 2], "b": ["x", "y"]}, '{"columns":["a","b"],"data":[[1,"x"],[2,"y"]]}'),
        ({"a": 3, "b": "z"}, '{"columns":["a","b"],"data":[[3,"z"]]}'),
        (pd.DataFrame({"a": [1, 2]}, index=[5, 6]), '{"columns":["a"],"data":[[1],[2]]}'),
        ({}, '{"columns":[],"data":[]}'),
        ({"a": [float("nan"), float("inf")]}, '{"columns":["a"],"data":[[null],[null]]}'),
        ({"ü": ["é/x"]}, '{"columns":["\\u00fc"],"data":[["\\u00e9\\/x"]]}'),
        ({"a": [{"x": 1}, [1, 2]]}, '{"columns":["a"],"data":[[{"x":1}],[[1,2]]]}'),
        ({"a": np.arange(3)}, '{"columns":["a"],"data":[[0],[1],[2]]}'),
        ({"a": [object()]}, '{"columns":["a"],"data":[[{}]]}'),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), '{"columns":["a","a"],"data":[[1,2]]}'),
        (pd.DataFrame([[1, 2]]), '{"columns":[0,1],"data":[[1,2]]}'),
        (
            pd.DataFrame({"a": [1, None], "t": [pd.Timestamp("2020-01-01"), pd.Timestamp("2021-02-03 04:05:06.789")]}),
            '{"columns":["a","t"],"data":[[1.0,"2020-01-01T00:00:00.000"],[null,"2021-02-03T04:05:06.789"]]}',
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:DataFrame columns are not unique")
def test_json_is_split_into_columns_and_data(client: FakeClient, data: Any, text: str) -> None:
    """Tables become JSON without an index; times are ISO texts, NaN and infinities null."""
    log_table(client, "r", data, "d/t.json")
    assert text == client.files["r"]["d/t.json"].decode()
    assert [{"path": "d/t.json", "type": "table"}] == _tables(client)


def test_rows_are_appended(client: FakeClient) -> None:
    """A second call adds rows, and columns where they are new; the table is listed once."""
    for data in ({"a": [1, 2], "b": ["x", "y"]}, {"a": [3], "b": ["z"]}, {"a": 3, "b": "z"}, {"c": [1.5]}):
        log_table(client, "r", data, "t.json")
    assert (
        b'{"columns":["a","b","c"],"data":[[1.0,"x",null],[2.0,"y",null],[3.0,"z",null],[3.0,"z",null],'
        b'[null,null,1.5]]}'
    ) == client.files["r"]["t.json"]
    assert [{"path": "t.json", "type": "table"}] == _tables(client)


def test_two_spellings_are_one_table(client: FakeClient) -> None:
    """`./n.json` and `n.json` are the same table (MLflow replaces the rows of the former)."""
    for name in ("n.json", "./n.json", "d/../n.json"):
        log_table(client, "r", {"a": [1]}, name)
    assert ["n.json"] == list(client.files["r"])
    assert [{"path": "n.json", "type": "table"}] == _tables(client)


def test_tables_are_listed_in_order(client: FakeClient) -> None:
    """Each new table is added to the tag, as MLflow writes it."""
    log_table(client, "r", {"a": [1]}, "t.json")
    log_table(client, "r", {"a": [1]}, "s.json")
    assert '[{"path": "t.json", "type": "table"}, {"path": "s.json", "type": "table"}]' == client.tags["r"][TAG]


def test_parquet(client: FakeClient) -> None:
    """Tables may be Parquet, which grows like JSON."""
    pytest.importorskip("pyarrow")
    log_table(client, "r", {"a": [1, 2], "b": ["x", None]}, "p.parquet")
    log_table(client, "r", {"a": [1, 2], "c": ["x", None]}, "p.parquet")
    frame = pd.read_parquet(io.BytesIO(client.files["r"]["p.parquet"]))
    assert [["a", "b", "c"], [1, 2, 1, 2]] == [list(frame.columns), frame["a"].to_list()]


def test_parquet_without_pyarrow_names_it(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a library for Parquet the error says what to install; nothing is stored."""

    def to_parquet(frame: Any, **options: Any) -> bytes:
        raise ImportError("Unable to find a usable engine")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", to_parquet)
    with pytest.raises(MlflowException, match="pip install pyarrow"):
        log_table(client, "r", {"a": [1]}, "p.parquet")
    assert ({}, {}) == (client.files, client.tags)


@pytest.mark.parametrize("image", [PIL.Image.new("RGB", (300, 2)), Image([[1, 2]])])
def test_images_become_files(client: FakeClient, image: Any) -> None:
    """A column of images becomes places of files; the frame that was given keeps its images."""
    frame = pd.DataFrame({"a": [1, 2], "i": [image, image]})
    log_table(client, "r", frame, "d/ti.json")
    assert [image, image] == frame["i"].to_list()
    rows = json.loads(client.files["r"]["d/ti.json"])["data"]
    for number, (a, cell) in enumerate(rows, 1):
        assert (number, "image") == (a, cell["type"])
        assert re.fullmatch(r"table_images/d/ti/[0-9a-f\-]{36}\.png", cell["filepath"])
        assert cell["filepath"].removesuffix(".png") + ".webp" == cell["compressed_filepath"]
        stored = (client.files["r"][cell[key]] for key in ("filepath", "compressed_filepath"))
        files = [PIL.Image.open(io.BytesIO(data)) for data in stored]
        assert [("PNG", image.size), ("WEBP", 256)] == [
            (files[0].format, files[0].size), (files[1].format, max(files[1].size))
        ]
    assert 5 == len(client.files["r"])


@pytest.mark.filterwarnings("ignore:DataFrame columns are not unique")
def test_images_in_columns_of_one_name(client: FakeClient) -> None:
    """Columns are told apart by their place, not by their name."""
    picture = PIL.Image.new("L", (1, 1))
    log_table(client, "r", pd.DataFrame([[1, picture]], columns=["a", "a"]), "t.json")
    row = json.loads(client.files["r"]["t.json"])["data"][0]
    assert (1, "image") == (row[0], row[1]["type"])


def test_mixed_columns_are_refused(client: FakeClient) -> None:
    """A column holds images or no images; nothing is stored otherwise, other images neither."""
    picture = PIL.Image.new("L", (1, 1))
    with pytest.raises(ValueError, match="Column `m` contains a mix of images and non-images"):
        log_table(client, "r", {"i": [picture, picture], "m": [picture, 1]}, "t.json")
    assert ({}, {}) == (client.files, client.tags)


@pytest.mark.parametrize("data", [[1], "x", None, pd.Series([1])])
def test_other_data_is_refused(client: FakeClient, data: Any) -> None:
    """A table is a dict or a DataFrame."""
    with pytest.raises(MlflowException, match=r"data must be a pandas\.DataFrame or a dictionary") as caught:
        log_table(client, "r", data, "t.json")
    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


@pytest.mark.parametrize("name", ["t.csv", "t", "json", "t.JSON"])
def test_other_extensions_are_refused(client: FakeClient, name: str) -> None:
    """The extension says how to write the table."""
    for call in (lambda: log_table(client, "r", {}, name), lambda: load_table(client, _none, "0", name)):
        with pytest.raises(ValueError, match=r"either '\.json' or '\.parquet' extension"):
            call()


@pytest.mark.parametrize("character", list("\"',:[]{}"))
def test_forbidden_characters(client: FakeClient, character: str) -> None:
    """Characters that would break the tag are refused."""
    for call in (log_table, lambda c, r, d, name: load_table(c, _none, "0", name)):
        with pytest.raises(ValueError, match=re.escape(f"forbidden character: {character}")):
            call(client, "r", {}, f"t{character}.json")


def test_what_cannot_be_written_is_an_error(client: FakeClient) -> None:
    """What pandas cannot write is reported, and nothing is stored."""
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(MlflowException, match="not JSON serializable"):
        log_table(client, "r", {"a": [loop]}, "t.json")
    assert ({}, {}) == (client.files, client.tags)


@pytest.mark.parametrize("tag", ["nonsense", "{}", '[{"path": "t'])
def test_a_broken_tag_is_not_overwritten(client: FakeClient, tag: str) -> None:
    """If the tag is no list of tables, the error says so before anything is stored."""
    client.set_tag("r", TAG, tag)
    with pytest.raises(MlflowException, match="not a JSON list"):
        log_table(client, "r", {"a": [1]}, "t.json")
    assert ({}, {"r": {TAG: tag}}) == (client.files, client.tags)


def test_a_tag_does_not_outgrow_its_limit(client: FakeClient) -> None:
    """A table that the tag cannot list any more is refused before it is stored; others still grow."""
    client.set_tag("r", TAG, json.dumps([{"path": f"{number:060}.json", "type": "table"} for number in range(85)]))
    with pytest.raises(MlflowException, match="The run has 85 tables"):
        log_table(client, "r", {"a": [1]}, "t.json")
    assert {} == client.files
    log_table(client, "r", {"a": [1]}, f"{5:060}.json")
    assert [f"{5:060}.json"] == list(client.files["r"])


def _none(experiment_ids: list[str], filter_string: str) -> Any:
    return pd.DataFrame()


class _Search:
    """Gives runs as a search would, and notes what it was asked."""

    def __init__(self, client: FakeClient, **columns: list[Any]) -> None:
        self.client, self.columns = client, columns
        self.asked: list[tuple[list[str], str]] = []

    def __call__(self, experiment_ids: list[str], filter_string: str) -> Any:
        self.asked.append((experiment_ids, filter_string))
        tags = [self.client.tags.get(run_id, {}).get(TAG) for run_id in self.columns["run_id"]]
        return pd.DataFrame({**self.columns, f"tags.{TAG}": tags})


def test_tables_of_several_runs_are_joined(client: FakeClient) -> None:
    """The rows of all runs follow each other in the order of the search; missing columns are empty."""
    log_table(client, "r1", {"a": [1, 2]}, "d/t_1.json")
    log_table(client, "r2", {"a": [3], "b": ["x"]}, "d/t_1.json")
    search = _Search(client, run_id=["r2", "r1"])
    frame = load_table(client, search, "7", "./d/t_1.json")
    assert {"a": [3, 1, 2], "b": ["x", None, None]} == frame.astype(object).where(frame.notna(), None).to_dict("list")
    assert [(["7"], f"tags.{TAG} LIKE '%t_1.json\"%'")] == search.asked


def test_only_the_table_itself_is_read(client: FakeClient) -> None:
    """`_` in a name matches any letter in a search: runs with similar tables are left out."""
    log_table(client, "r1", {"a": [1]}, "t_1.json")
    log_table(client, "r2", {"a": [2]}, "tx1.json")
    frame = load_table(client, _Search(client, run_id=["r1", "r2", "r3"]), "0", "t_1.json")
    assert [1] == frame["a"].to_list()


def test_runs_can_be_chosen(client: FakeClient, caplog: pytest.LogCaptureFixture) -> None:
    """Only the runs asked for are searched; a warning says that some have no such table."""
    log_table(client, "r1", {"a": [1]}, "t.json")
    search = _Search(client, run_id=["r1"])
    with caplog.at_level(logging.WARNING):
        load_table(client, search, "0", "t.json", run_ids=["r1", "r2"])
    assert search.asked[0][1].endswith(" and attributes.run_id IN ('r1', 'r2')")
    assert "Not all runs have the specified table artifact" in caplog.text


def test_extra_columns_come_from_the_search(client: FakeClient) -> None:
    """Columns of the runs are added to each row; one that exists already gets a `_`."""
    log_table(client, "r1", {"a": [1, 2], "run_id": ["mine", "too"]}, "t.json")
    search = _Search(client, **{"run_id": ["r1"], "params.p": ["9"]})
    frame = load_table(client, search, "0", "t.json", extra_columns=["run_id", "params.p"])
    assert {
        "a": [1, 2], "run_id": ["mine", "too"], "run_id_": ["r1", "r1"], "params.p": ["9", "9"]
    } == frame.to_dict("list")
    with pytest.raises(KeyError, match="nope"):
        load_table(client, search, "0", "t.json", extra_columns=["nope"])


def test_missing_tables_are_not_found(client: FakeClient) -> None:
    """No run with the table, or a run whose file is gone, is RESOURCE_DOES_NOT_EXIST."""
    log_table(client, "r1", {"a": [1]}, "t.json")
    del client.files["r1"]["t.json"]
    for search, message in (
        (_none, "No runs found with the corresponding table artifact."),
        (_Search(client, run_id=["r1"]), "Artifact t.json not found for run r1."),
    ):
        with pytest.raises(MlflowException, match=message) as caught:
            load_table(client, search, "0", "t.json")
        assert "RESOURCE_DOES_NOT_EXIST" == caught.value.error_code
