"""Fixed runs and experiments, and the filters and orders with which they are searched on both sides."""

from __future__ import annotations

import math
from typing import Any, Final

from tests.compat.differential.performing import START
from tests.compat.differential.wire import Command, New, Ref

# name, start, params, tags, metrics; in experiment 1 but for the last two
_RUNS: Final[tuple[tuple[str, int, dict[str, str], dict[str, str], dict[str, float]], ...]] = (
    ("one", 10, {"p": "abc", "a.b": "1"}, {"t": "x", "t x": "sp"}, {"m": 1.0, "n": 0.5}),
    ("Two", 20, {"p": "ABC", "a": "2"}, {"t": "X", "é": "accent"}, {"m": math.nan, "n": 0.5}),
    ("th%ree", 30, {"q": "1", "p": ""}, {"T": "x"}, {"m": math.inf}),
    ("f_ur", 40, {"p": "a_c", "a b": "3"}, {"a/b": "1", "and": "k"}, {"m": -math.inf, "a.b": 2.0}),
    ("five", 10, {}, {"t": ""}, {}),
    ("it's", 50, {"p": "a%c"}, {"t": "a\nb"}, {"m": 1.0 + 1e-12, "M": 3.0}),
    ("one", 60, {"p": "abcd"}, {"t": 'say "x"'}, {"m": -0.0, "a b": 4.0}),
    ("other", 15, {"p": "abc"}, {"t": "x"}, {"m": 5.0}),
    ("Other", 70, {"p": "10"}, {"t": "é"}, {"m": 1e300}),
)


def setup() -> list[Command]:
    """Two experiments, runs in every state, and datasets."""
    made = [
        Command("create_experiment", {"name": "Alpha", "tags": {"g": "1", "a b": "x"}}, START + 1_000),
        Command("create_experiment", {"name": "alpha2", "tags": {"g": "2"}}, START + 1_000),
        Command("create_experiment", {"name": "be%ta_"}, START + 3_000),
    ]
    for number, (name, start, params, tags, metrics) in enumerate(_RUNS):
        made += _run("2" if number >= len(_RUNS) - 2 else "1", name, start, params, tags, metrics, number)
    ends: list[tuple[int, str, int]] = [(0, "FINISHED", 100), (1, "FAILED", 90), (5, "KILLED", 100)]
    made += [Command("set_terminated", {"run_id": Ref(n), "status": s, "end_time": at}) for n, s, at in ends]
    made += [_used(0, "ds", "d1", "train"), _used(1, "DS", "d2", "eval"), _used(0, "ds2", "d3", "eval")]
    return [*made, Command("delete_run", {"run_id": Ref(4)}), Command("delete_experiment", {"experiment_id": "3"})]


def _run(
    experiment: str, name: str, start: int, params: dict[str, str], tags: dict[str, str],
    metrics: dict[str, float], number: int,
) -> list[Command]:  # fmt: skip
    return [
        Command("create_run", {"experiment_id": experiment, "start_time": start, "run_name": name, "tags": tags}),
        Command(
            "log_batch",
            {
                "run_id": Ref(number),
                "metrics": [
                    New("Metric", {"key": key, "value": value, "timestamp": 1, "step": 0})
                    for key, value in metrics.items()
                ],
                "params": [New("Param", {"key": key, "value": value}) for key, value in params.items()],
                "tags": [],
            },
        ),
    ]


def _used(run: int, name: str, digest: str, context: str) -> Command:
    dataset = New("Dataset", {"name": name, "digest": digest, "source_type": "s", "source": "u"})
    tags = [New("InputTag", {"key": "mlflow.data.context", "value": context})]
    return Command(
        "log_inputs", {"run_id": Ref(run), "datasets": [New("DatasetInput", {"dataset": dataset, "tags": tags})]}
    )


RUN_FILTERS: Final = (
    "", " ", "metrics.m > 0", "metrics.m >= 1", "metrics.m = 1", "metrics.m != 1", "metrics.m < 1e301",
    "metrics.m <= -1", "metrics.m >= -1e400", "metrics.m < 1e400", "metrics.m = 1.000000000001",
    "metrics.m > 1 AND metrics.m < 2", "metric.m > 0", "metrics.`m` > 0", 'metrics."m" > 0', "metrics.M > 0",
    "metrics.`a b` = 4", "metrics.a.b = 2", "metrics.m = '1'", "metrics.m = abc", "metrics.m LIKE '1'",
    "metrics.m IS NULL", "metrics.m", "metrics = 1", "metrics.m = +1", "metrics.m = 1.", "metrics.m = .5",
    "metrics.m = 1e0", "metrics.m=1", "metrics.m>0 and metrics.m<2", "metrics.m = 0", "metrics.m = -0.0",
    "metrics.m == 1", "metrics.m <> 1", "metrics.m > nan", "metrics.m > inf", "params.p = 'abc'",
    "params.p != 'abc'", "params.p LIKE 'a%'", "params.p LIKE 'A%'", "params.p like 'a%'", "params.p ILIKE 'a%'",
    "params.p ilike 'A_C'", "params.p LIKE 'a_c'", "params.p LIKE 'a\\_c'", "params.p LIKE '%'", "params.p LIKE ''",
    "params.p = ''", "params.p LIKE 'a.c'", "params.p LIKE 'a*'", "params.p LIKE '[a]bc'", "params.p IN ('abc')",
    "params.p IS NULL", "params.p IS NOT NULL", "params.p is null", "params.p IS  NULL", 'params.p = "abc"',
    "params.p = abc", "params.p = `abc`", "params.p > 'a'", "params.p = 1", "param.p='abc'", "parameter.p='abc'",
    "parameters.p='abc'", "Params.p = 'abc'", "params.P = 'abc'", "params.a.b = '1'", "params.`a.b` = '1'",
    "params.`a b` = '3'", 'params."a b" = \'3\'', "params.a b = '3'", "`params`.p = 'abc'", "`params.p` = 'abc'",
    "params.p = 'it''s'", "params.p NOT LIKE 'a%'", "NOT params.p = 'abc'", "params.p BETWEEN 'a' AND 'b'",
    "params.p = 'abc' AND", "AND params.p = 'abc'", "params.p = 'abc' AND AND params.p = 'abc'",
    "params.p = 'abc' OR params.p = 'ABC'", "(params.p = 'abc')", "params.p = 'abc';", "params.p = 'abc' -- note",
    "params.p = 'abc' /* note */", "'abc' = params.p", "params.p = 'abc' params.p = 'abc'", "params.p =", "= 'abc'",
    "tags.t = 'x'", "tag.t = 'x'", "tags.t = ''", "tags.T = 'x'", "tags.t != 'x'", "tags.`t x` = 'sp'",
    'tags."t x" = "sp"', "tags.a/b = '1'", "tags.`a/b` = '1'", "tags.é = 'accent'", "tags.`é` = 'accent'",
    "tags.t = 'é'", "tags.and = 'k'", "tags.`and` = 'k'", "tags.t LIKE 'a%b'", "tags.t LIKE 'a_b'",
    "tags.t = 'a\nb'", "tags.t = 'say \"x\"'", "tags.t LIKE '%\"%'", "tags.t IS NULL",
    "tags.t IS NOT NULL AND tags.t != ''", "tags.t IN ('x')", "tags.t IS 'x'", "tags.mlflow.runName = 'one'",
    "tags.`mlflow.runName` LIKE 'o%'", "tags.nothing = 'x'", "tags.t = 'x' AND metrics.m > 2", "run_name = 'one'",
    "run_name = \"it's\"", "run_name LIKE '%\\%%'", "run_name LIKE 'f_ur'", "run_name LIKE 'th%%ree'",
    "attributes.run_name = 'one'", "attribute.run_name = 'one'", "attr.run_name = 'one'", "run.run_name = 'one'",
    "`run name` = 'one'", "attributes.`Run name` = 'one'", "attributes.`Run Name` = 'one'", "Run_name = 'one'",
    "run_name IN ('one')", "run_name IS NULL", "run_name > 'a'", "run_name ILIKE 'OTHER'", "run_name != 'one'",
    "status = 'RUNNING'", "status != 'RUNNING'", "status = 'running'", "status LIKE 'F%'", "status ILIKE 'f%'",
    "status = 1", "status IN ('FAILED')", "user_id = 'unknown'", "artifact_uri LIKE '%/artifacts'",
    "run_id LIKE '%'", "run_id IN ('a')", "run_id NOT IN ('a')", "run_id IN ()", "run_id IN (1)", "run_id IN 'a'",
    "run_id IN ('a',)", "run_id not in ('a', 'b')", "start_time > 20", "start_time >= 20.5", "start_time = '20'",
    "start_time = 1e1", "created > 20", "attributes.Created > 20", "Created <= 20", "end_time = 100",
    "end_time != 100", "end_time > 0", "end_time LIKE '1'", "experiment_id = '1'", "lifecycle_stage = 'active'",
    "dataset.name = 'ds'", "datasets.name = 'ds'", "dataset.digest = 'd1'", "dataset.name != 'ds'",
    "dataset.context = 'train'", "dataset.context = 'eval' AND dataset.name = 'ds'", "dataset.name IN ('ds', 'DS')",
    "dataset.name NOT IN ('ds')", "dataset.name LIKE 'd%'", "dataset.name ILIKE 'd%'", "dataset.name IS NULL",
    "dataset.foo = 'x'", "foo.bar = 'x'", "foo = 'x'", "params.a. = 'x'", "params..a = 'x'", "params.a..b = 'x'",
    "params. = 'x'", "metrics.m > 0 , metrics.m < 2", "metrics.m > 0 AND  params.p = 'abc'",
)  # fmt: skip

RUN_ORDERS: Final = (
    ["metrics.m"], ["metrics.m ASC"], ["metrics.m DESC"], ["metrics.m desc"], ["metrics.m Desc"],
    ["metrics.`m` DESC"], ['metrics."m"'], ["metric.m DESC", "start_time"], ["metrics.a.b"], ["metrics.`a b`"],
    ["metrics.nothing"], ["params.p"], ["params.p DESC"], ["param.p"], ["tags.t"], ["tags.t DESC"], ["tag.`t x`"],
    ["start_time"], ["start_time DESC"], ["attributes.start_time"], ["attribute.end_time"], ["end_time DESC"],
    ["run_name"], ["run_name DESC"], ["status"], ["status DESC", "metrics.m"], ["user_id"], ["run_id"],
    ["run_id DESC"], ["artifact_uri"], ["created"], ["Created DESC"], ["`run name`"], ["Run Name"],
    ["metrics.m", "metrics.m"], ["metrics.m", "metrics.n DESC"], ["metrics.m UP"], ["metrics.m ASC DESC"],
    ["foo.bar"], ["foo"], [""], ["dataset.name"], ["experiment_id"], ["metrics.m, metrics.n"],
    ["tags.mlflow.runName"], ["run_name", "attributes.run_name"], ["start_time", "created"], ["params.a."],
    ["params..a"], ["metrics.n", "params.p DESC", "start_time ASC"],
)  # fmt: skip

EXPERIMENT_FILTERS: Final = (
    "", " ", "name = 'Alpha'", "name != 'Alpha'", "name LIKE 'al%'", "name LIKE 'Al%'", "name ILIKE 'al%'",
    "name LIKE 'be\\%%'", "name LIKE '%_'", "name = Alpha", "name = `Alpha`", 'name = "Alpha"', "`name` = 'Alpha'",
    "attribute.name = 'Alpha'", "attributes.name = 'Alpha'", "name IN ('Alpha')", "name IS NULL", "name > 'a'",
    "tags.g = '1'", "tag.g != '1'", "tags.`a b` = 'x'", "tags.g IS NULL", "tags.g IS NOT NULL", "tags.g LIKE '%'",
    "tags.g IN ('1')", "experiment_id = '1'", "experiment_id != '1'", "experiment_id IN ('1', '0')",
    "experiment_id NOT IN ('1')", "experiment_id IN (1)", "experiment_id > '1'", "experiment_id = 1",
    "experiment_id LIKE '1'", f"creation_time > {START}", f"creation_time = {START + 1_000}", "creation_time > 0.5",
    f"last_update_time >= {START + 1_000}", "creation_time = '1'", "lifecycle_stage = 'active'",
    "artifact_location = 'x'", "name = 'Alpha' AND tags.g = '1'", "name = 'Alpha' OR name = 'beta'",
)  # fmt: skip

EXPERIMENT_ORDERS: Final = (
    ["name"], ["name DESC"], ["creation_time"], ["creation_time DESC"], ["last_update_time DESC", "name"],
    ["experiment_id"], ["experiment_id DESC"], ["attribute.name"], ["tags.g"], ["foo"], ["name", "name"],
    ["name asc"], ["name UP"],
)  # fmt: skip


def searches() -> list[Command]:
    """All searches, among deleted runs and experiments too."""
    runs: list[dict[str, Any]] = [{"filter_string": text} for text in RUN_FILTERS]
    runs += [{"order_by": order} for order in RUN_ORDERS]
    runs += [{"filter_string": "metrics.m < 3", "order_by": order} for order in RUN_ORDERS[:12]]
    experiments: list[dict[str, Any]] = [{"filter_string": text} for text in EXPERIMENT_FILTERS]
    experiments += [{"order_by": order} for order in EXPERIMENT_ORDERS]
    return [
        *(
            Command("search_runs", {"experiment_ids": ["2", "1"], "run_view_type": 3, **each}, walk=True)
            for each in runs
        ),
        *(Command("search_experiments", {"view_type": 3, **each}, walk=True) for each in experiments),
    ]
