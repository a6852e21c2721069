"""
What this library does about each of MLflow's symbols.

A symbol without a row has to be the SAME: equal parameter names, order, kinds and defaults. A row is an
exact name or a pattern with `*`, and covers what is below it too; of several, the longest counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class ABSENT:
    """There is no such symbol yet; `reason` says what it waits for."""

    reason: str


@dataclass(frozen=True)
class SUPERSET:
    """Ours takes all that MLflow's takes, and more that may be left out; `reason` says why."""

    reason: str


Verdict = ABSENT | SUPERSET

TRACES = ABSENT("traces and spans come with tracing")
ASSESSMENTS = ABSENT("assessments come with tracing")
FLAVORS = ABSENT("saving, loading and autologging models comes with the model flavors")
SERVING = ABSENT("models are not served, and no environments are built or packed for them")
INTERNALS = ABSENT("parts of MLflow's own that nothing of ours has the like of")
ELSEWHERE = ABSENT("belongs to Spark, wheels or services that are not supported")
TRUST = SUPERSET("whoever loads a model says what it may run")
SYSTEM_METRICS = ABSENT("system metrics are logged later")
TRANSFERS = ABSENT("the server and the stores move files their own way; links are `artifacts.get_download_url`")
WIRE = ABSENT("there are no protobuf messages: the wire format comes with REST")

_ROWS: dict[Verdict, tuple[str, ...]] = {
    TRACES: (
        "mlflow.add_trace",
        "mlflow.context",
        "mlflow.delete_trace_tag",
        "mlflow.flush_trace_async_logging",
        "mlflow.get_active_trace_id",
        "mlflow.get_current_active_span",
        "mlflow.get_last_active_trace_id",
        "mlflow.get_trace",
        "mlflow.log_trace",
        "mlflow.search_traces",
        "mlflow.set_trace_tag",
        "mlflow.start_span",
        "mlflow.start_span_no_context",
        "mlflow.trace",
        "mlflow.tracing",
        "mlflow.update_current_trace",
        "mlflow.MlflowClient.*_span",
        "mlflow.MlflowClient.link_prompt_versions_to_trace",
        "mlflow.MlflowClient.*_trace",
        "mlflow.MlflowClient.*_trace_tag",
        "mlflow.MlflowClient.*_traces",
        "mlflow.MlflowClient.*_traces_*_run",
        "mlflow.entities.LiveSpan",
        "mlflow.entities.Link.from_otel_proto",
        "mlflow.entities.MlflowExperimentLocation",
        "mlflow.entities.NoOpSpan",
        "mlflow.entities.Span*",
        "mlflow.entities.Trace*",
        "mlflow.entities.span",
        "mlflow.entities.span_event",
        "mlflow.entities.trace*",
    ),
    ASSESSMENTS: (
        "mlflow.*_assessment",
        "mlflow.log_expectation",
        "mlflow.log_feedback",
        "mlflow.override_feedback",
        "mlflow.entities.Assessment*",
        "mlflow.entities.Expectation",
        "mlflow.entities.Feedback",
        "mlflow.entities.assessment",
    ),
    FLAVORS: (
        "mlflow.ml_package_versions",
    ),
    SERVING: (
        "mlflow.models.add_libraries_to_model",
        "mlflow.models.utils.add_libraries_to_model",
        "mlflow.pyfunc.EnvType",
        "mlflow.pyfunc.build_model_env",
        "mlflow.pyfunc.scoring_server",
    ),
    INTERNALS: (
        "mlflow.models.utils.get_external_mlflow_model_spec",
        "mlflow.models.utils.get_model_version_from_model_uri",
        "mlflow.models.utils.plot_lines",
        "mlflow.pyfunc.update_signature_for_type_hint_from_example",
        "mlflow.types.type_hints.ValidationResult",
        "mlflow.types.type_hints.field_required",
        "mlflow.types.type_hints.model_fields",
        "mlflow.types.type_hints.model_validate",
        "mlflow.types.type_hints.type_hints_no_signature_inference",
        "mlflow.types.utils",
    ),
    ELSEWHERE: (
        "mlflow.models.utils.MockDbutils",
        "mlflow.pyfunc.model.ModelFromDeploymentEndpoint",
        "mlflow.types.*Schema.as_spark_schema",
    ),
    TRUST: (
        "mlflow.models.predict",
        "mlflow.models.validate_serving_input",
        "mlflow.pyfunc.load_model",
        "mlflow.sklearn.load_model",
    ),
    SYSTEM_METRICS: (
        "mlflow.*_system_metrics_*",
        "mlflow.system_metrics",
    ),
    TRANSFERS: (
        "mlflow.entities.multipart_upload",
        "mlflow.entities.presigned_download",
        "mlflow.entities.presigned_upload",
    ),
    WIRE: (
        "mlflow.protos",
        "mlflow.*.from_proto",
        "mlflow.*.to_proto",
    ),
}

POLICY: dict[str, Verdict] = {row: verdict for verdict, rows in _ROWS.items() for row in rows}


def row_of(name: str) -> str | None:
    """The row that decides about a symbol, None for none."""
    rows = [row for row in POLICY if fnmatchcase(name, row) or fnmatchcase(name, f"{row}.*")]
    return max(rows, key=len, default=None)


def verdict_of(name: str) -> Verdict | None:
    """What is decided about a symbol, None if it has to be the same."""
    row = row_of(name)
    return None if row is None else POLICY[row]
