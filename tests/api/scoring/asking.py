"""
Asks a scoring server, given by an ASGI application, and prints its answers as JSON: stock MLflow's, or ours.

Stack traces are left out, which ours does not send.
"""

import asyncio
import json
import sys
import warnings

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression

warnings.simplefilter("ignore")
JSON, CSV = "application/json", "text/csv"
SPLIT = {"columns": ["a", "b"], "data": [[1.0, 3.0], [2.0, 5.0]]}

#: Which model, what is asked for, the type and what is sent.
REQUESTS = [
    ("frame", "GET", "/ping", None, ""),
    ("frame", "GET", "/health", None, ""),
    ("frame", "GET", "/version", None, ""),
    ("frame", "POST", "/invocations", JSON, json.dumps({"dataframe_split": SPLIT})),
    ("frame", "POST", "/invocations", f"{JSON}; charset=UTF-8", json.dumps({"dataframe_split": {"data": [[1, 3]]}})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"dataframe_records": [{"a": 1.0, "b": 3.0}]})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"inputs": {"a": [1.0], "b": [3.0]}})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"instances": [{"a": 1.0, "b": 3.0}, {"a": 2.0, "b": 5.0}]})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"dataframe_records": [{"a": 1.0}]})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"dataframe_records": [{"a": "x", "b": 1.0}]})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"dataframe_split": [1]})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"dataframe_split": SPLIT, "inputs": [1]})),
    ("frame", "POST", "/invocations", JSON, json.dumps({})),
    ("frame", "POST", "/invocations", JSON, json.dumps([1])),
    ("frame", "POST", "/invocations", JSON, "no json"),
    ("frame", "POST", "/invocations", CSV, "a,b\n1.0,3.0\n2.0,5.0\n"),
    ("frame", "POST", "/invocations", CSV, "c\n1.0\n"),
    ("frame", "POST", "/invocations", f"{JSON}; charset=latin-1", "{}"),
    ("frame", "POST", "/invocations", f"{JSON}; version=1", "{}"),
    ("array", "POST", "/invocations", JSON, json.dumps({"inputs": [[1.0, 3.0], [2.0, 5.0]]})),
    ("array", "POST", "/invocations", JSON, json.dumps({"instances": [[1.0, 3.0]]})),
    ("array", "POST", "/invocations", JSON, json.dumps({"inputs": [[1.0]]})),
    ("frame", "POST", "/invocations", JSON, json.dumps({"dataframe_records": [{"a": "1.0", "b": "3"}]})),
    ("function", "POST", "/invocations", JSON, json.dumps({"inputs": ["a"], "params": {"times": 2}})),
    ("typed", "POST", "/invocations", JSON, json.dumps({"inputs": ["a"], "params": {"times": 2}})),
    ("typed", "POST", "/invocations", JSON, json.dumps({"dataframe_split": {"data": [["a"]]}})),
    ("untyped", "POST", "/invocations", JSON, json.dumps({"inputs": ["a"], "params": {"times": 2}})),
    ("untyped", "POST", "/invocations", JSON, json.dumps({"inputs": ["a"], "params": {"times": "x"}})),
    ("function", "POST", "/invocations", JSON, json.dumps({"inputs": ["a"], "params": {"times": "x"}})),
    ("function", "POST", "/invocations", JSON, json.dumps({"inputs": ["fail"]})),
    ("function", "POST", "/invocations", JSON, json.dumps({"dataframe_split": {"data": [["a"]]}})),
]  # fmt: skip


class Repeating(mlflow.pyfunc.PythonModel):
    """Repeats texts."""

    def predict(self, model_input: list[str], params=None) -> list[str]:
        if model_input == ["fail"]:
            raise KeyError("on purpose")
        return [each * (params or {}).get("times", 1) for each in model_input]


class Untyped(mlflow.pyfunc.PythonModel):
    """As before, but it does not say what it takes."""

    def predict(self, context, model_input, params=None):
        return [each * (params or {}).get("times", 1) for each in model_input.iloc[:, 0]]


def models():
    """Models for frames, for arrays, and of code with and without type hints."""
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 5.0]})
    fitted = LinearRegression().fit(frame, [1.0, 2.0])
    options = {"pip_requirements": ["scikit-learn"]}
    mlflow.sklearn.save_model(fitted, "frame", signature=infer_signature(frame, fitted.predict(frame)), **options)
    array = frame.to_numpy()
    fitted = LinearRegression().fit(array, np.array([1.0, 2.0]))
    mlflow.sklearn.save_model(fitted, "array", signature=infer_signature(array, fitted.predict(array)), **options)
    signature = infer_signature(["a"], ["a"], params={"times": 1})
    mlflow.pyfunc.save_model("function", python_model=Repeating(), signature=signature, **options)
    mlflow.pyfunc.save_model("typed", python_model=Repeating(), input_example=(["a"], {"times": 1}), **options)
    mlflow.pyfunc.save_model("untyped", python_model=Untyped(), signature=signature, **options)
    names = ("frame", "array", "function", "typed", "untyped")
    return {name: mlflow.pyfunc.load_model(name) for name in names}


async def answer(app, method, path, content_type, body):
    """Status, type and body."""
    headers = [(b"content-type", content_type.encode())] if content_type else []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": headers, "scheme": "http", "root_path": "",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    sent, received = [], [{"type": "http.request", "body": body.encode(), "more_body": False}]
    gone = asyncio.Event()

    async def receive():
        if received:
            return received.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    gone.set()
    kind = dict(sent[0]["headers"])[b"content-type"].decode()
    text = b"".join(each.get("body", b"") for each in sent[1:]).decode()
    if text.startswith("{"):
        parsed = json.loads(text)
        parsed.pop("stack_trace", None)
        if "predictions" in parsed:
            parsed["predictions"] = [round(x, 9) if isinstance(x, float) else x for x in parsed["predictions"]]
        text = parsed
    return sent[0]["status"], kind, text


if sys.argv[1] == "stock":
    from mlflow.pyfunc.scoring_server import init
else:
    from genesis_flow.api.scoring.app import create_app as init

apps = {name: init(model) for name, model in models().items()}
answers = [asyncio.run(answer(apps[name], *rest)) for name, *rest in REQUESTS]
print(json.dumps([[request, *given] for request, given in zip(REQUESTS, answers, strict=True)]))
