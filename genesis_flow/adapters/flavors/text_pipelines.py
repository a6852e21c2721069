"""Pipelines of texts as functions, which take and give what MLflow's do."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from genesis_flow.domain.errors import InvalidInput, Unsupported
from genesis_flow.domain.values.text import shown
from genesis_flow.ports.flavors import ModelFunction

#: The tasks that a template for prompts may be for.
TEMPLATED: Final = ("feature-extraction", "fill-mask", "summarization", "text2text-generation", "text-generation")

_PAIR: Final = {"text", "text_pair"}
_QUESTION: Final = {"question", "context"}


@attrs.frozen
class PipelineFunction(ModelFunction):
    """
    A pipeline as a function of texts.

    Attributes:
        config: How it predicts, unless it is told otherwise. template: A text with "{prompt}", None for none.
    """

    pipeline: Any
    config: Mapping[str, Any]
    template: str | None = None

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        task = _task(self.pipeline)
        if task not in _SHAPES:
            raise Unsupported(
                f"The loaded pipeline type {type(self.pipeline).__name__} is not enabled for pyfunc predict "
                "functionality."
            )
        options = copy.deepcopy({**self.config, **(params or {})})
        options.pop("include_prompt", None)
        collapses = bool(options.pop("collapse_whitespace", False))
        texts = self._formatted(_READ.get(task, _first_values)(_plain(data)))
        found = _SHAPES[task](self._called(texts, options))
        if collapses and task == "text-generation":
            found = [re.sub(r"\s+", " ", each) for each in found]
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return [each.strip() for each in found]
        return found

    def get_raw_model(self) -> Any:
        return self.pipeline

    def _formatted(self, texts: Any) -> Any:
        if not self.template or self.pipeline.task not in TEMPLATED:
            return texts
        if isinstance(texts, str):
            return self.template.replace("{prompt}", texts)
        if isinstance(texts, list) and all(isinstance(each, str) for each in texts):
            return [self.template.replace("{prompt}", each) for each in texts]
        raise InvalidInput("data", f"Prompt templating is only supported for texts, not for {type(texts).__name__}.")

    def _called(self, data: Any, options: Mapping[str, Any]) -> Any:
        try:
            if isinstance(data, list) and data and isinstance(data[0], dict) and _QUESTION.issubset(data[0]):
                return self.pipeline(**{key: [each[key] for each in data] for key in data[0]}, **options)
            if isinstance(data, dict) and _QUESTION.issubset(data):
                return self.pipeline(**data, **options)
            return self.pipeline(data, **options)
        except ValueError as error:
            if "`model_kwargs` are not used by the model" in str(error):
                raise InvalidInput(
                    "params",
                    "The params provided to the `predict` method are not valid for pipeline "
                    f"{type(self.pipeline).__name__}.",
                ) from error
            raise


def _task(pipeline: Any) -> str:
    task = str(pipeline.task)
    return "translation" if task.startswith("translation_") else task


def _plain(data: Any) -> Any:
    """Frames and arrays as lists; other data as it is, if it is of texts."""
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return [
            {key: each.tolist() if isinstance(each, np.ndarray) else each for key, each in row.items()}
            for row in data.to_dict(orient="records")
        ]
    if isinstance(data, np.ndarray):
        data = data.tolist()
    if isinstance(data, str | dict) or (
        isinstance(data, list) and data and all(isinstance(each, str | dict) for each in data)
    ):
        return data
    raise InvalidInput(
        "data",
        f"Input data must be a pandas.DataFrame, a text, a dictionary, or a list of such, not {type(data).__name__}. "
        "Ensure all elements in the list are strings or dictionaries.",
    )


def _first_values(data: Any) -> Any:
    if isinstance(data, list) and all(isinstance(each, dict) for each in data):
        data = [next(iter(each.values())) for each in data]
    if not isinstance(data, str) and not (isinstance(data, list) and all(isinstance(each, str) for each in data)):
        raise InvalidInput("data", f"Input data must be a text or a list of texts, not {shown(type(data).__name__)}.")
    return data


def _pairs(data: Any) -> Any:
    """Texts, or texts with a second one."""
    rows = data if isinstance(data, list) else [data]
    for row in rows:
        if isinstance(row, dict) and set(row) - _PAIR and not all(isinstance(key, int) for key in row):
            raise InvalidInput(
                "data", f"Text Classification pipelines may only define dictionary inputs with keys defined as {_PAIR}"
            )
    return [row[0] if isinstance(row, dict) and 0 in row else row for row in rows]


def _questions(data: Any) -> Any:
    rows = data if isinstance(data, list) else [data]
    for row in rows:
        if not isinstance(row, dict) or not set(row) >= _QUESTION:
            raise InvalidInput("data", f"Invalid keys were submitted. Keys must be exclusively {_QUESTION}")
    return data


def _described(data: Any) -> Any:
    """Texts; dictionaries become texts that name their keys."""
    if isinstance(data, list):
        return [_described(each) for each in data]
    if isinstance(data, dict) and all(isinstance(key, str) for key in data) and "inputs" not in data:
        return " ".join(f"{key}: {value}" for key, value in data.items())
    return next(iter(data.values())) if isinstance(data, dict) else data


def _frame(found: Any) -> Any:
    import pandas as pd

    return pd.DataFrame(found)


def _vectors(found: Any) -> Any:
    import numpy as np

    return found if isinstance(found, np.ndarray) else np.array(found[0][0])


def _under(key: str) -> Callable[[Any], list[str]]:
    """What is below `key` in whatever lists a pipeline gives."""

    def texts(found: Any) -> list[str]:
        if isinstance(found, dict):
            return [found[key]]
        return [text for each in found for text in texts(each)]

    return texts


def _generated(found: Any) -> list[str]:
    """What was generated; of several answers to one text the first, as in MLflow."""
    if all(isinstance(each, dict) for each in found):
        return [found[0]["generated_text"]]
    return [each["generated_text"] for answers in found for each in answers]


def _best(found: Any) -> list[str]:
    """The best word for each masked one."""
    if not isinstance(found[0], list):
        return [found[0]["token_str"]]
    return [each[0]["token_str"] if isinstance(each[0], dict) else each[0][0]["token_str"] for each in found]


def _labels(found: Any) -> list[str]:
    """The labels of a text's words, joined."""
    if found and isinstance(found[0], list):
        return [_labels(each)[0] for each in found]
    return [",".join(each.get("entity_group") or each["entity"] for each in found)]


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text-classification": _pairs,
    "sentiment-analysis": _pairs,
    "question-answering": _questions,
    "text2text-generation": _described,
}

_SHAPES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "feature-extraction": _vectors,
    "fill-mask": _best,
    "ner": _labels,
    "question-answering": _under("answer"),
    "sentiment-analysis": _frame,
    "summarization": _under("summary_text"),
    "text-classification": _frame,
    "text-generation": _generated,
    "text2text-generation": _under("generated_text"),
    "token-classification": _labels,
    "translation": _under("translation_text"),
}
