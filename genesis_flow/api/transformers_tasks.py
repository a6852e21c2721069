"""
What tasks of transformers take and give.

Source: MLflow `mlflow.transformers.signature`.
"""

from __future__ import annotations

from typing import Any, Final

from genesis_flow.api.exceptions import MlflowException

_TEMPLATED: Final = ("feature-extraction", "fill-mask", "summarization", "text2text-generation", "text-generation")
_TEXTS: Final = (
    "fill-mask", "summarization", "text-generation", "text2text-generation", "token-classification", "translation",
)  # fmt: skip


def require_template(template: Any, task: str | None) -> None:
    if task not in _TEMPLATED:
        raise MlflowException(
            f"Prompt templating is not supported for the `{task}` task type. Supported task types are: {_TEMPLATED}.",
            "INVALID_PARAMETER_VALUE",
        )
    if not isinstance(template, str) or template.count("{prompt}") != 1:
        raise MlflowException.invalid_parameter_value(
            "Argument `prompt_template` must be a string with a single format arg, 'prompt'. For example: "
            f"'Answer the following question in one sentence: {{prompt}}'. Received {template}."
        )


def usual_signature(task: str | None) -> Any:
    """What a task takes and gives, where nobody says; None for a task that nobody knows."""
    from genesis_flow.api.models.model_signature import ModelSignature
    from genesis_flow.api.types.schemas import ColSpec, Schema, TensorSpec

    task = "translation" if str(task).startswith("translation_") else task
    texts = Schema([ColSpec("string")])
    if task in _TEXTS:
        return ModelSignature(inputs=texts, outputs=Schema([ColSpec("string")]))
    if task == "text-classification":
        labels = Schema([ColSpec("string", name="label"), ColSpec("double", name="score")])
        return ModelSignature(inputs=texts, outputs=labels)
    if task == "feature-extraction":
        import numpy as np

        numbers = Schema([TensorSpec(np.dtype("float64"), (-1,), "double")])
        return ModelSignature(inputs=texts, outputs=numbers)
    return None
