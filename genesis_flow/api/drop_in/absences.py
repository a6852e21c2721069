"""Why this package lacks what MLflow has."""

from __future__ import annotations

from typing import Final

from genesis_flow.api.version import COMPATIBLE_MLFLOW_VERSION

_TRACING: Final = "traces and spans are not supported"
_FLAVOR: Final = (
    "there is no flavor for it; scikit-learn, PyTorch, Transformers and pyfunc are supported, and plugins bring more"
)
_SERVING: Final = "models are served by the command `mlflow models serve` alone, with what is installed here"
_GENAI: Final = "parts for applications of language models, except prompts, are not supported"
_INTERNAL: Final = "it is a part of MLflow's inner workings"

#: By what a name begins with, dot by dot; of several that fit, the longest counts.
REASONS: Final = {
    name: reason
    for reason, names in {
        _TRACING: (
            "MlflowClient.delete_traces", "MlflowClient.end_span", "MlflowClient.end_trace", "MlflowClient.get_trace",
            "MlflowClient.search_traces", "MlflowClient.set_trace_tag", "MlflowClient.start_span",
            "MlflowClient.start_trace", "add_trace", "delete_trace_tag", "entities.Span", "entities.SpanType",
            "entities.Trace", "entities.span", "entities.trace", "flush_trace_async_logging", "get_active_trace_id",
            "get_current_active_span", "get_last_active_trace_id", "get_trace", "log_trace", "search_traces",
            "set_trace_tag", "start_span", "start_span_no_context", "trace", "tracing", "update_current_trace",
        ),
        "feedback and expectations belong to traces, which are not supported": (
            "entities.Assessment", "entities.Expectation", "entities.Feedback", "entities.assessment",
            "delete_assessment", "get_assessment", "log_assessment", "log_expectation", "log_feedback",
            "override_feedback", "update_assessment",
        ),
        _FLAVOR: (
            "catboost", "diffusers", "h2o", "johnsnowlabs", "keras", "lightgbm", "onnx", "paddle", "pmdarima",
            "prophet", "sentence_transformers", "shap", "spacy", "statsmodels", "tensorflow", "xgboost",
        ),
        "Spark is not supported": ("pyspark", "pyfunc.spark_udf", "spark"),
        _GENAI: (
            "ag2", "agent", "agno", "anthropic", "assistant", "autogen", "bedrock", "claude_code", "crewai", "dspy",
            "gemini", "genai", "groq", "haystack", "langchain", "litellm", "llama_index", "mcp", "mistral", "openai",
            "pydantic_ai", "semantic_kernel", "smolagents", "strands", "typesafe",
        ),
        "models and data sets are not evaluated": (
            "MetricThreshold", "evaluate", "evaluation", "metrics", "models.EvaluationArtifact",
            "models.EvaluationMetric", "models.EvaluationResult", "models.MetricThreshold", "models.evaluate",
            "models.evaluation", "models.make_metric", "validate_evaluation_results",
        ),
        "projects are run by the command `mlflow run` alone": ("projects", "run"),
        _SERVING: (
            "azure", "deployments", "gateway", "models.add_libraries_to_model", "models.build_docker",
            "pyfunc.EnvType", "pyfunc.build_model_env", "pyfunc.scoring_server",
            "sagemaker",
        ),
        "system metrics are not logged": (
            "disable_system_metrics_logging", "enable_system_metrics_logging", "set_system_metrics_node_id",
            "set_system_metrics_samples_before_logging", "set_system_metrics_sampling_interval", "system_metrics",
        ),
        "receivers of webhooks have no types here; what they are told is JSON": ("webhooks",),
        "the server is `genesis-flow server`, and has no parts to import": ("server",),
        "there are no protobuf messages": ("protos",),
        "workspaces are not supported": ("create_workspace", "list_workspaces", "set_workspace"),
        _INTERNAL: ("db", "store", "telemetry", "tracking", "utils"),
    }.items()
    for name in names
}  # fmt: skip


def reason_of(name: str) -> str:
    """
    Why there is no `mlflow.<name>`.

    Args:
        name: Without the leading "mlflow".
    """
    parts = name.split(".")
    begun = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((REASONS[each] for each in begun if each in REASONS), "genesis-flow does not have it")


def explanation(fullname: str) -> str:
    """What a program is told that wants `fullname`, such as "mlflow.spark"."""
    reason = reason_of(fullname.partition(".")[2])
    return (
        f"There is no {fullname}: genesis-flow acts as mlflow {COMPATIBLE_MLFLOW_VERSION} here, and {reason}. "
        "`genesis-flow scan PATH` lists what a program uses of mlflow and which of that is missing."
    )
