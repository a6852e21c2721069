"""
What clients ask a server about webhooks, and changes that webhooks are told of.

Read by the test, and run by the interpreter of stock MLflow, whose server answers in its own process:

    python webhook_calls.py ADDRESS DIRECTORY [STORE_URI]

where receivers listen at ADDRESS. It prints a JSON list of [status, JSON] for each call.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

CREATED = [{"entity": "REGISTERED_MODEL", "action": "CREATED"}]
BOTH = [{"entity": "PROMPT", "action": "CREATED"}, *CREATED]
PROMPT = {"key": "mlflow.prompt.is_prompt", "value": "true"}
TEXT = {"key": "mlflow.prompt.text", "value": "Hi {{you}}"}
KIND = {"key": "_mlflow_prompt_type", "value": "text"}
TAG = {"key": "a", "value": "b"}

#: Every event that a request can cause.
EVENTS = [
    {"entity": entity, "action": action}
    for entity, actions in {
        "REGISTERED_MODEL": ["CREATED"], "MODEL_VERSION": ["CREATED"], "MODEL_VERSION_TAG": ["SET", "DELETED"],
        "MODEL_VERSION_ALIAS": ["CREATED", "DELETED"], "PROMPT": ["CREATED"], "PROMPT_VERSION": ["CREATED"],
        "PROMPT_TAG": ["SET", "DELETED"], "PROMPT_VERSION_TAG": ["SET", "DELETED"],
        "PROMPT_ALIAS": ["CREATED", "DELETED"],
    }.items()
    for action in actions
]  # fmt: skip


def new(**changes: Any) -> dict[str, Any]:
    """The body of a request for a webhook."""
    return {"name": "w", "url": "{address}/quiet", "events": CREATED, **changes}


#: (method, path, body); {1} is the id of the first webhook that was made.
ABOUT_WEBHOOKS: list[tuple[str, str, Any]] = [
    ("GET", "webhooks", None),
    ("POST", "webhooks", new(secret="s3cret", description="d")),
    ("POST", "webhooks", new(events=BOTH, status="DISABLED", description="", secret="")),
    ("POST", "webhooks", new(status="NOPE", events=[{"entity": 1, "action": 1}])),
    ("POST", "webhooks", new(status=2)),
    ("POST", "webhooks", new(events=[])),
    ("POST", "webhooks", {"url": "u", "events": CREATED}),
    ("POST", "webhooks", {"name": "w", "events": CREATED}),
    ("POST", "webhooks", {"name": "w", "url": "u"}),
    ("POST", "webhooks", new(events="x")),
    ("POST", "webhooks", new(name=5)),
    ("POST", "webhooks", new(name="-bad")),
    ("POST", "webhooks", new(name="x" * 64)),
    ("POST", "webhooks", new(name="x\n")),
    ("POST", "webhooks", new(name="x" * 63)),
    ("POST", "webhooks", new(url="ftp://host")),
    ("POST", "webhooks", new(url="no url")),
    ("POST", "webhooks", new(url="http://")),
    ("POST", "webhooks", new(url="   ")),
    ("POST", "webhooks", new(url="https://[bad")),
    ("POST", "webhooks", new(events=[{"entity": "REGISTERED_MODEL", "action": "SET"}])),
    ("POST", "webhooks", new(events=[{"entity": "MODEL_VERSION_TAG", "action": "EXCEEDED"}])),
    ("GET", "webhooks", {"max_results": "1000"}),
    ("GET", "webhooks", {"max_results": "0"}),
    ("GET", "webhooks", {"max_results": "1001"}),
    ("GET", "webhooks", {"max_results": "-1"}),
    ("GET", "webhooks", {"max_results": "x"}),
    ("GET", "webhooks", {"page_token": "zz"}),
    ("GET", "webhooks/{1}", None),
    ("GET", "webhooks/none", None),
    ("PATCH", "webhooks/{1}", {"name": "n2", "description": "", "status": "DISABLED"}),
    ("PATCH", "webhooks/{1}", {}),
    ("PATCH", "webhooks/{1}", {"name": "", "url": "", "events": [], "secret": ""}),
    ("PATCH", "webhooks/{1}", {"description": "e", "status": "NOPE"}),
    ("PATCH", "webhooks/{1}", {"name": "bad-"}),
    ("PATCH", "webhooks/{1}", {"url": "ftp://h"}),
    ("PATCH", "webhooks/{1}", {"webhook_id": "other", "events": BOTH}),
    ("PATCH", "webhooks/none", {"name": "-"}),
    ("POST", "webhooks/none/test", {}),
    ("POST", "webhooks/{1}/test", {"event": {"entity": "MODEL_VERSION", "action": "SET"}}),
    ("PATCH", "webhooks/{1}", {"url": "{address}/fails"}),
    ("POST", "webhooks/{1}/test", {}),
    ("PATCH", "webhooks/{1}", {"url": "{address}/tests", "secret": "t3sts"}),
    ("POST", "webhooks/{1}/test", {}),
    *(("POST", "webhooks/{1}/test", {"event": event}) for event in EVENTS),
    ("POST", "webhooks/{1}/test", {"event": {"entity": "BUDGET_POLICY", "action": "EXCEEDED"}}),
    ("DELETE", "webhooks/{1}", None),
    ("GET", "webhooks/{1}", None),
    ("DELETE", "webhooks/{1}", None),
    ("PATCH", "webhooks/{1}", {"name": "n"}),
]

#: What one webhook is told of each change, in turn; {source} is a model of the server.
CHANGES: list[tuple[str, str, Any]] = [
    ("POST", "webhooks", new(url="{address}/all", events=EVENTS, secret="s3cret")),
    ("POST", "webhooks", new(url="{address}/off", events=EVENTS, status="DISABLED")),
    ("POST", "webhooks", new(url="{address}/one", events=CREATED)),
    ("POST", "registered-models/create", {"name": "m", "tags": [TAG, {"key": "é", "value": "ü"}], "description": "d"}),
    ("POST", "registered-models/create", {"name": "n"}),
    ("POST", "registered-models/create", {"name": "n"}),
    ("POST", "registered-models/create", {"name": "p", "tags": [PROMPT, KIND, TAG], "description": "d"}),
    ("POST", "registered-models/create", {"name": "q", "tags": [PROMPT]}),
    ("POST", "registered-models/create", {"name": "f", "tags": [{**PROMPT, "value": "false"}]}),
    ("POST", "model-versions/create", {"name": "m", "source": "s3://b/p", "tags": [TAG], "description": "d"}),
    ("POST", "model-versions/create", {"name": "m", "source": "s3://b/p"}),
    ("POST", "model-versions/create", {"name": "none", "source": "s3://b/p"}),
    (
        "POST", "model-versions/create",
        {"name": "p", "source": "dummy-source", "tags": [PROMPT, TEXT, KIND, TAG], "description": "d"},
    ),
    ("POST", "model-versions/create", {"name": "p", "source": "dummy-source", "tags": [PROMPT]}),
    *(
        step
        for name in ("m", "p")
        for step in (
            ("POST", "registered-models/set-tag", {"name": name, **TAG}),
            ("DELETE", "registered-models/delete-tag", {"name": name, "key": "a"}),
            ("POST", "model-versions/set-tag", {"name": name, "version": "1", **TAG}),
            ("POST", "model-versions/set-tag", {"name": name, "version": "1", "key": "no value"}),
            ("DELETE", "model-versions/delete-tag", {"name": name, "version": "1", "key": "a"}),
            ("DELETE", "model-versions/delete-tag", {"name": name, "version": "9", "key": "a"}),
            ("POST", "registered-models/alias", {"name": name, "alias": "best", "version": "1"}),
            ("POST", "registered-models/alias", {"name": name, "alias": "best", "version": "9"}),
            ("DELETE", "registered-models/alias", {"name": name, "alias": "best"}),
        )
    ),
    ("PATCH", "registered-models/update", {"name": "m", "description": "e"}),
    ("POST", "registered-models/rename", {"name": "m", "new_name": "o"}),
    ("POST", "model-versions/transition-stage", {
        "name": "o", "version": "1", "stage": "Production", "archive_existing_versions": False,
    }),
    ("DELETE", "model-versions/delete", {"name": "o", "version": "1"}),
    ("DELETE", "registered-models/delete", {"name": "o"}),
]  # fmt: skip


def filled(call: tuple[str, str, Any], ids: list[str], address: str) -> tuple[str, str, Any]:
    """A call with what it stands for."""
    method, path, body = call
    text = json.dumps(body).replace("{address}", address)
    first = ids[0] if ids else ""
    return method, path.replace("{1}", first), json.loads(text)


def note(answer: Any, ids: list[str]) -> None:
    """Keep the id of a webhook that was made."""
    found = answer.get("webhook") if isinstance(answer, dict) else None
    if found and found["webhook_id"] not in ids:
        ids.append(found["webhook_id"])


#: What differs from one to the next.
MOMENTS = ("creation_timestamp", "last_updated_timestamp", "webhook_id", "timestamp")
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def timeless(value: Any) -> Any:
    """`value` without moments, ids, and what MLflow adds to errors for another service; webhooks in one order."""
    if isinstance(value, str):
        return UUID.sub("*", value)
    if isinstance(value, dict):
        kept = {key: timeless(each) for key, each in value.items() if key not in ("sqlstate", "error_class")}
        if "webhooks" in kept:  # of one moment, MLflow has them in any order
            kept["webhooks"].sort(key=json.dumps)
        return {key: "*" if key in MOMENTS else each for key, each in kept.items()}
    return [timeless(each) for each in value] if isinstance(value, list) else value


def told(deliveries: Sequence[Any], place: str) -> Counter[str]:
    """What was told to each path below a place, whatever the order, with the names of the headers of MLflow."""
    return Counter(
        json.dumps([
            each.path.removeprefix(place), timeless(each.content), each.headers["content-type"],
            sorted(name for name in each.headers if name.startswith("x-mlflow")), list(each.content),
            len(each.content["timestamp"]), len(each.headers["x-mlflow-delivery-id"]),
        ])
        for each in deliveries
        if each.path.startswith(place)
    )  # fmt: skip


def main(address: str, directory: str, store_uri: str | None = None) -> None:
    """Ask the server of stock MLflow, on a store of its own if none is named."""
    os.environ["_MLFLOW_SERVER_FILE_STORE"] = store_uri or f"sqlite:///{directory}/stock.db"
    os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = directory
    from mlflow.server import app
    from mlflow.webhooks import delivery

    client, ids, answers = app.test_client(), [], []
    for call in (*ABOUT_WEBHOOKS, *CHANGES):
        method, path, body = filled(call, ids, address)
        how = {"query_string": body} if method == "GET" else {"json": body or {}}
        response = client.open(f"/api/2.0/mlflow/{path}", method=method, **how)
        answer = json.loads(re.sub(r"^<.*", "null", response.get_data(as_text=True), flags=re.DOTALL))
        note(answer, ids)
        answers.append([response.status_code, answer])
    delivery._webhook_delivery_executor.shutdown(wait=True)
    print(json.dumps(answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
