"""Datasets and models that runs use and make."""

from __future__ import annotations

from typing import Any

from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, RunTag, ViewType

from tests.compat.guest.calls import Call

STORE = "tracking"


def used(name: Any = "d", digest: Any = "1", source_type: Any = "st", source: Any = "s", schema: Any = None, profile: Any = None, tags: Any = ()) -> DatasetInput:
    """A dataset and how it is used."""
    return DatasetInput(Dataset(name, digest, source_type, source, schema, profile), [InputTag(*tag) for tag in tags])


def inputs(store: Any, id: str) -> Any:
    """The inputs of a run in a certain order."""
    found = store.get_run(id).inputs
    datasets = [[dict(each.dataset) | {"schema": str(each.dataset.schema)[:20], "profile": str(each.dataset.profile)[:20], "source": each.dataset.source[:20]}, sorted((t.key, t.value) for t in each.tags)] for each in found.dataset_inputs]
    return sorted(datasets, key=str), [each.model_id for each in found.model_inputs]


def logged(label: str, *datasets: DatasetInput, run: str = "r", **more: Any) -> Call:
    """Logging datasets, and what the run has then."""
    return label, lambda s, v: (s.log_inputs(v.get(run, run), list(datasets), **more), inputs(s, v[run]))[1]


def run(name: str, experiment: str = "0", start: int = 1) -> Call:
    """A run known by its name."""
    return f"run {name}", lambda s, v: v.__setitem__(name, s.create_run(experiment, "me", start, [RunTag("n", name)], name).info.run_id)


CALLS: list[Call] = [
    ("experiment", lambda s, v: s.create_experiment("other")),
    run("r"), run("r2", start=2), run("r3", "1", 3), run("limits", start=4), run("gone", start=5), run("twice", start=6), run("none", start=7),
    logged("one", used(tags=[("k", "v")])),
    logged("again with other tags", used(tags=[("k", "v2"), ("k2", "v3")])),
    logged("same name and digest, other content", used(source_type="other", source="other", schema="other", profile="other")),
    logged("other run, other content", used(source="new", schema="new"), run="r2"),
    logged("other experiment, other content", used(source="elsewhere"), run="r3"),
    logged("other digest", used(digest="2")), logged("other name", used("D")), logged("without tags", used("e")), logged("many tags", used("f", tags=[(f"k{i}", str(i)) for i in range(30)])),
    logged("twice in one", used("x", tags=[("a", "1")]), used("x", tags=[("b", "2")]), run="twice"), logged("equal twice in one", used("y"), used("y"), run="twice"),
    ("no datasets", lambda s, v: (s.log_inputs(v["none"], []), inputs(s, v["none"]))), ("None", lambda s, v: (s.log_inputs(v["none"], None), inputs(s, v["none"]))), ("nothing", lambda s, v: (s.log_inputs(v["none"]), inputs(s, v["none"]))),
    ("tuple", lambda s, v: s.log_inputs(v["none"], (used(),))),
    ("a missing run", lambda s, v: s.log_inputs("0" * 32, [used()])), ("a missing run, nothing", lambda s, v: s.log_inputs("0" * 32, [])), ("bad run", lambda s, v: s.log_inputs("a b", [used()])),
    *(logged(f"limit {label}", each, run="limits") for label, each in (
        ("name", used("n" * 500)), ("name+", used("n" * 501)), ("digest", used("n", "d" * 36)), ("digest+", used("n", "d" * 37)), ("source", used("s", source="s" * 65_535)), ("source+", used("s+", source="s" * 65_536)),
        ("schema", used("sc", schema="s" * 1_048_575)), ("schema+", used("sc+", schema="s" * 1_048_576)), ("profile+", used("p+", profile="s" * 16_777_216)), ("source type", used("t", source_type="t" * 36)), ("source type+", used("t+", source_type="t" * 300)),
        ("tag key", used("k", tags=[("k" * 255, "v")])), ("tag key+", used("k+", tags=[("k" * 256, "v")])), ("tag value", used("v", tags=[("k", "v" * 500)])), ("tag value+", used("v+", tags=[("k", "v" * 501)])),
        ("no name", used(None)), ("no digest", used("x", None)), ("no source", used("x", "1", "st", None)), ("no source type", used("x", "1", None)),
        ("tag key None", used("x", tags=[(None, "v")])), ("tag value None", used("x", tags=[("k", None)])), ("tag key with marks", used("x2", tags=[("a@b$ö", "v")])), ("empty tag", used("x3", tags=[("k", "")])), ("schema number", used("x4", schema="5")),
        ("no dataset", DatasetInput(None, [])), ("tags None", DatasetInput(Dataset("x5", "1", "st", "s"), None)),
    )),
    ("1001", lambda s, v: (s.log_inputs(v["r3"], [used(f"d{i}") for i in range(1001)]), len(s.get_run(v["r3"]).inputs.dataset_inputs))),
    ("most summaries", lambda s, v: len(s._search_datasets(["1"]))),
    ("models", lambda s, v: v.__setitem__("m", s.create_logged_model("0", "model").model_id)),
    ("model used", lambda s, v: (s.log_inputs(v["r"], models=[LoggedModelInput(v["m"])]), inputs(s, v["r"])[1])), ("model used again", lambda s, v: (s.log_inputs(v["r"], models=[LoggedModelInput(v["m"])]), inputs(s, v["r"])[1])),
    ("model and dataset", lambda s, v: (s.log_inputs(v["r2"], [used("with")], [LoggedModelInput(v["m"])]), inputs(s, v["r2"]))),
    ("missing model", lambda s, v: (s.log_inputs(v["r"], models=[LoggedModelInput("m-missing")]), inputs(s, v["r"])[1])),
    ("outputs", lambda s, v: (s.log_outputs(v["r"], [LoggedModelOutput(v["m"], 3)]), s.get_run(v["r"]).outputs)), ("outputs again", lambda s, v: (s.log_outputs(v["r"], [LoggedModelOutput(v["m"], 3)]), s.get_run(v["r"]).outputs)),
    ("outputs at another step", lambda s, v: (s.log_outputs(v["r"], [LoggedModelOutput(v["m"], 4)]), s.get_run(v["r"]).outputs)), ("outputs twice", lambda s, v: (s.log_outputs(v["r2"], [LoggedModelOutput(v["m"], 1), LoggedModelOutput("m-x", 2)]), s.get_run(v["r2"]).outputs)),
    ("outputs of none", lambda s, v: s.log_outputs(v["r"], [])), ("outputs of a missing run", lambda s, v: s.log_outputs("0" * 32, [LoggedModelOutput(v["m"], 3)])),
    ("search has", lambda s, v: (lambda r: [len(r.inputs.dataset_inputs), r.inputs.model_inputs, r.outputs])(s.search_runs(["0"], "run_name = 'r2'", ViewType.ALL)[0])),
    ("delete", lambda s, v: (s.log_inputs(v["gone"], [used("gone")]), s.delete_run(v["gone"]))), ("deleted", lambda s, v: s.log_inputs(v["gone"], [used("x")])), ("deleted outputs", lambda s, v: s.log_outputs(v["gone"], [LoggedModelOutput(v["m"], 1)])),
    ("datasets", lambda s, v: sorted(tuple(d.to_dict().items()) for d in s._search_datasets(["0"]) if not d.name.startswith("d") and len(d.name) < 20)), ("datasets nowhere", lambda s, v: s._search_datasets([])), ("datasets of a missing one", lambda s, v: s._search_datasets(["99"])),
    *((f"find {text}", lambda s, v, text=text: [r.info.run_name for r in s.search_runs(["0", "1"], text, ViewType.ALL)]) for text in ("dataset.name = 'd'", "dataset.name = 'd' AND dataset.digest = '2'", "dataset.name LIKE '%'", "dataset.context = 'x'", "dataset.name IN ('x', 'with')")),
]  # fmt: skip
