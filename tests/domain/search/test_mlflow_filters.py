"""Filters that MLflow 3.17 accepts or refuses, with its answers on the sample."""

from __future__ import annotations

import pytest

from genesis_flow.domain.errors import InvalidSearch
from genesis_flow.domain.search.ast import Filter
from genesis_flow.domain.search.binding import bind_filter
from genesis_flow.domain.search.fields import EXPERIMENTS, RUNS, EntityFields
from tests.domain.search.sample import (
    DATASET_RUNS,
    R1_ID,
    SAMPLE_RUNS,
    found_experiments,
    found_runs,
)

ALL = "r4 r3 r2 r1 r5 gen"

RUN_FILTERS = {
    "": ALL,
    "metrics.m > 0": "r3 r1",
    "metrics.m != 1": "r4 r3 r2",
    "metrics.m = 1": "r1",
    "metrics.m >= -1e400": "r4 r3 r1",
    "metrics.m = 1e400": "r3",
    "metrics.m < 1e-3": "r4",
    "metrics.m > .5": "r3 r1",
    "metrics.m>-6": "r4 r3 r1",
    "metrics.`m` > 0": "r3 r1",
    "metric.m > 0 and metrics.m < 2": "r1",
    "metrics.m > 0 AND params.p = 'abc'": "r1",
    "params.p = 'abc'": "r1",
    "params.p='abc'and tags.t='x'": "r1",
    "params.p =\n\t'abc'": "r1",
    "params.p != 'abc'": "r4 r2",
    "params.p LIKE 'a%'": "r4 r1",
    "params.p like 'A%'": "r2",
    "params.p ILIKE 'a%'": "r4 r2 r1",
    "params.p LIKE 'a_c'": "r4 r1",
    "params.p IS NULL": "r3 r5 gen",
    "params.p IS NOT NULL": "r4 r2 r1",
    "params.p is not null": "r4 r2 r1",
    "params.p IS  NULL": "r3 r5 gen",
    'params.p = "abc"': "r1",
    "param.p='abc'": "r1",
    "parameter.p='abc'": "r1",
    "parameters.p='abc'": "r1",
    "`params`.p='abc'": "r1",
    "params.'p'='abc'": "r1",
    "params.P = 'abc'": "",
    "tags.t = 'x'": "r1",
    "tags.t = ''": "r5",
    "tags.t != 'x'": "r2 r5",
    "tags.`t x` = 'sp'": "r4",
    'tags."t x" = \'sp\'': "r4",
    "tag.`a.b-c/d` = '1'": "r4",
    "tags.t IS NULL": "r4 r3 gen",
    "tags.mlflow.runName = 'r1'": "r1",
    "run_name = 'r1'": "r1",
    '"run name" = \'r1\'': "r1",
    "attributes.run_name LIKE 'r%'": "r4 r3 r2 r1 r5",
    "`run name` = 'r1'": "r1",
    "attributes.`Run name` = 'r1'": "r1",
    "attributes.`Run Name` = 'r1'": "r1",
    "attr.run_name='r1'": "r1",
    "attribute.run_name='r1'": "r1",
    "run.run_name='r1'": "r1",
    f"run_id IN ('{R1_ID}')": "r1",
    f"run_id IN ('{R1_ID}',)": "r1",
    f"run_id NOT IN ('{R1_ID}')": "r4 r3 r2 r5 gen",
    f"run_id not\n in (\"{R1_ID}\", 'x')": "r4 r3 r2 r5 gen",
    f"attributes.run_id = '{R1_ID}'": "r1",
    "status = 'RUNNING'": ALL,
    "attributes.status != 'RUNNING'": "",
    "start_time > 1000": "r4 r3",
    "start_time >= 1000.5": "r4 r3",
    "start_time < 1e400": ALL,
    "created > 1000": "r4 r3",
    "attributes.Created > 1000": "r4 r3",
    "user_id = 'unknown'": ALL,
    "artifact_uri LIKE '%artifacts'": ALL,
    "end_time > 0": "",
    "params.p LIKE 'abc' AND": "r1",
    "AND params.p = 'abc'": "r1",
    "params.p = 'abc' AND AND tags.t = 'x'": "r1",
    "params.p = 'abc' tags.t = 'x'": "r1",
    "and": ALL,
    "params.p = 'it''s'": "",
    'params.p = "it\'s"': "",
    "params.p = 'a;b'": "",
}

DATASET_FILTERS = {
    "dataset.name = 'ds'": "w",
    "datasets.digest='d1'": "w",
    "dataset.context='train'": "w",
    "dataset.context='eval'": "two",
    "dataset.context != 'train'": "two empty",
    "dataset.context = ''": "empty",
    "dataset.context LIKE '%'": "w two empty",
    "dataset.name IN ('ds','x')": "w",
    "dataset.name NOT IN ('ds')": "two empty none",
    "dataset.name LIKE 'd%'": "w",
    "dataset.name ILIKE 'D%'": "w",
    "dataset.name != 'zz'": "w two empty none",
    "dataset.name = 'other' AND dataset.digest = 'd3'": "two",
    "dataset.name != 'other'": "w two empty none",
}

EXPERIMENT_FILTERS = {
    "": "alpha2 beta Alpha tmp e1 Default",
    "name = 'Alpha'": "Alpha",
    "name LIKE 'al%'": "alpha2",
    "name LIKE 'Al%'": "Alpha",
    "name ILIKE 'al%'": "alpha2 Alpha",
    "tags.g = '1'": "beta",
    "tag.g != '1'": "alpha2 Alpha",
    "tags.g IS NULL": "tmp e1 Default",
    "tags.g IS NOT NULL": "alpha2 beta Alpha",
    "experiment_id = '1'": "e1",
    "experiment_id = '01'": "e1",
    "experiment_id IN ('1','0')": "e1 Default",
    "name != 'e1' AND experiment_id not in ('0', '5')": "beta Alpha tmp",
    "creation_time > 0": "alpha2 beta Alpha tmp e1 Default",
    "last_update_time >= 4": "alpha2 beta Alpha",
    "attribute.name = 'Alpha'": "Alpha",
    "`name` = 'Alpha'": "Alpha",
}

CLAUSES = "Invalid clause(s) in filter string: "
UNQUOTED = "Parameter value is either not quoted"
LIST = "While parsing a list in the query, expected "

REFUSED_FOR_RUNS = {
    "metrics.m < 'a'": (12, "Expected numeric value type for metric. Found 'a'"),
    "metrics.m > nan": (12, "Expected numeric value type for metric. Found nan"),
    "metrics.m LIKE 'a'": (15, "Expected numeric value type for metric. Found 'a'"),
    "metrics.m in (1)": (13, "Expected numeric value type for metric. Found (1)"),
    "metrics.m == 1": (10, "Invalid comparator '=='"),
    "metrics.m <> 1": (10, "Invalid comparator '<>'"),
    "metrics.m > 0 OR params.p='abc'": (14, CLAUSES + "'OR'"),
    "params.p IN ('abc')": (
        12, "Expected a quoted string value for parameter (e.g. 'my-value'). Got value ('abc')"
    ),
    "params.p = abc": (11, UNQUOTED),
    "params.p = `abc`": (11, UNQUOTED),
    "params.p = 1": (11, "Expected a quoted string value for parameter (e.g. 'my-value'). Got value 1"),
    "params.p > 'a'": (9, "Invalid comparator '>' not one of"),
    "params.p NOT LIKE 'a'": (9, "Invalid comparator 'NOT LIKE'"),
    "run_name RLIKE 'a'": (9, "Invalid comparator 'RLIKE'"),
    "tags.a.b-c/d = '1'": (0, "Invalid comparison clause. Expected 'Identifier' found 'tags.a.b-c/d'"),
    "metrics.a/b>1": (0, "Invalid comparison clause. Expected 'Identifier' found 'metrics.a/b'"),
    "'run_name' = 'r1'": (0, "Invalid comparison clause. Expected 'Identifier' found ''run_name''"),
    "1 < metrics.m": (0, "Invalid comparison clause. Expected 'Identifier' found '1'"),
    "tags.t IN ('x')": (10, "Expected a quoted string value for tag (e.g. 'my-value'). Got value ('x')"),
    "tags.t NOT IN ('x')": (14, "Expected a quoted string value for tag (e.g. 'my-value'). Got value ('x')"),
    "run_name IN ('r1','r2')": (
        12, "Only ['run_id'] attributes support comparison with a list of quoted string values."
    ),
    "status IN ('RUNNING')": (10, "Only ['run_id'] attributes support comparison with a list"),
    "run_id IN ()": (10, LIST + "a non-empty list of string values, but got empty list"),
    "run_id IN (1)": (
        10, LIST + "string value, punctuation, or whitespace, but got different type in list: (1"
    ),
    "run_id IN (a)": (10, LIST + "string value, punctuation, or whitespace, but got different type in list"),
    "run_id IN (('a'))": (11, LIST + "a non-empty list of string values, but got ill-formed list."),
    "run_id IN ('a'": (10, CLAUSES),
    "run_id IN 'a'": (0, CLAUSES),
    "run_id = ('a')": (7, "Invalid comparator '='"),
    "start_time = '9'": (13, "Expected numeric value type for numeric attribute: start_time. Found '9'"),
    "experiment_id = '1'": (0, "Invalid attribute key 'experiment_id' specified. Valid keys are "),
    "lifecycle_stage='active'": (0, "Invalid attribute key 'lifecycle_stage' specified. Valid keys are "),
    " ": (0, "Invalid filter ' '. Could not be parsed."),
    "metrics.m": (0, CLAUSES + "'metrics.m'"),
    "metrics.m >": (0, CLAUSES),
    "foo.bar='x'": (0, "Invalid entity type 'foo'. Valid values are "),
    "PARAMS.p='x'": (0, "Invalid entity type 'PARAMS'. Valid values are "),
    "metrics.m > 1; metrics.m > 2": (
        13, "Search filter contained multiple expression 'metrics.m > 1; metrics.m > 2'. Provide AND-ed "
        "expression list."
    ),
    "metrics.m > 1;": (13, CLAUSES + "';'"),
    "attributes.run_name IS NULL": (0, "IS NULL / IS NOT NULL is only supported for "),
    "metrics.m IS NULL": (0, "IS NULL / IS NOT NULL is only supported for "),
    "dataset.name IS NULL": (0, "IS NULL / IS NOT NULL is only supported for "),
    "(params.p='abc')": (0, CLAUSES + "'(params.p='abc')'"),
    "NOT params.p='abc'": (0, CLAUSES + "'NOT'"),
    "params.p BETWEEN 'a' AND 'b'": (0, CLAUSES),
    "params.p='abc": (9, CLAUSES),
    "tags.`t = 'x'": (5, CLAUSES),
    "params.p='abc' -- c": (15, CLAUSES),
    "run name='r1'": (0, CLAUSES + "'run'"),
    "dataset.foo='x'": (0, "Invalid dataset key 'foo' specified. Valid keys are "),
    "dataset.name > 'x'": (13, "Invalid comparator '>' not one of"),
    "dataset.name = 1": (15, "Expected a quoted string value for dataset attributes. Got value 1"),
}

REFUSED_FOR_EXPERIMENTS = {
    "name IN ('Alpha')": (
        8, "Only ['experiment_id'] attributes support comparison with a list of quoted string values."
    ),
    "tags.g IN ('1')": (10, "Expected a quoted string value for tag (e.g. 'my-value'). Got value ('1')"),
    "experiment_id IN (1)": (
        17, LIST + "string value, punctuation, or whitespace, but got different type in list: (1"
    ),
    "experiment_id IN ()": (17, LIST + "a non-empty list of string values, but got empty list"),
    "experiment_id > '1'": (14, "Invalid comparator for experiment_id: >"),
    "experiment_id LIKE '1'": (14, "Invalid comparator for experiment_id: LIKE"),
    "experiment_id = 1": (16, "Expected a quoted string value for attributes. Got value 1"),
    "experiment_id = 'x'": (16, "Invalid experiment ID 'x'. Experiment ID must be a valid integer."),
    "experiment_id IN ('x')": (17, "Invalid experiment ID 'x'. Experiment ID must be a valid integer."),
    "creation_time > 0.5": (16, "Invalid value for numeric attribute 'creation_time': '0.5'"),
    "creation_time = '1'": (16, "Expected numeric value type for numeric attribute: creation_time. Found"),
    "attributes.name = 'Alpha'": (0, "Invalid entity type 'attributes'. Valid "),
    "metrics.m > 1": (0, "Invalid entity type 'metrics'. Valid "),
    "lifecycle_stage = 'active'": (0, "Invalid attribute key 'lifecycle_stage' specified. Valid keys are "),
    "name = Alpha": (7, UNQUOTED),
    "name IS NULL": (0, "IS NULL / IS NOT NULL is only supported for tags, not for "),
    "tags.g > 'x'": (7, "Invalid comparator"),
}


@pytest.mark.parametrize(("filter", "expected"), RUN_FILTERS.items())
def test_a_filter_finds_the_runs_that_mlflow_finds(filter: str, expected: str) -> None:
    """On the runs that MLflow was asked about, each filter finds what MLflow found, in its default order."""
    assert expected.split() == found_runs(filter, runs=SAMPLE_RUNS)


@pytest.mark.parametrize(("filter", "expected"), DATASET_FILTERS.items())
def test_any_dataset_of_a_run_satisfies_a_condition(filter: str, expected: str) -> None:
    """Each condition on datasets holds if any dataset of the run meets it, another one perhaps for each."""
    assert expected.split() == found_runs(filter, runs=DATASET_RUNS)


@pytest.mark.parametrize(("filter", "expected"), EXPERIMENT_FILTERS.items())
def test_a_filter_finds_the_experiments_that_mlflow_finds(filter: str, expected: str) -> None:
    """On the experiments that MLflow was asked about, each filter finds what MLflow found."""
    assert expected.split() == found_experiments(filter)


@pytest.mark.parametrize(("filter", "expected"), REFUSED_FOR_RUNS.items())
def test_a_filter_on_runs_is_refused_as_mlflow_does(filter: str, expected: tuple[int, str]) -> None:
    """What MLflow refuses is refused with the words that clients match on, and with its place."""
    with pytest.raises(InvalidSearch) as caught:
        bind_filter(filter, RUNS)
    position, words = expected
    assert (position, filter, "filter_string") == (
        caught.value.position, caught.value.text, caught.value.field
    )
    assert words == caught.value.message[: len(words)]


@pytest.mark.parametrize(("filter", "expected"), REFUSED_FOR_EXPERIMENTS.items())
def test_a_filter_on_experiments_is_refused_as_mlflow_does(filter: str, expected: tuple[int, str]) -> None:
    """What MLflow refuses for experiments is refused with its words, and with its place."""
    with pytest.raises(InvalidSearch) as caught:
        bind_filter(filter, EXPERIMENTS)
    position, words = expected
    assert (position, filter) == (caught.value.position, caught.value.text)
    assert words == caught.value.message[: len(words)]


@pytest.mark.parametrize("entity", [RUNS, EXPERIMENTS])
def test_no_text_is_no_filter(entity: EntityFields) -> None:
    """None and the empty text match everything."""
    assert [Filter(), Filter()] == [bind_filter(None, entity), bind_filter("", entity)]
