"""Figures, images, dictionaries, texts and tables, logged and read again."""

import json
import tempfile
from pathlib import Path

import matplotlib
import mlflow
import numpy as np
import pandas as pd

matplotlib.use("agg")
import matplotlib.pyplot as plt

mlflow.set_experiment("files")
with mlflow.start_run(run_name="files") as run:
    figure, axes = plt.subplots()
    axes.plot([0, 1], [2, 3])
    mlflow.log_figure(figure, "plots/line.png")
    mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "black.png")
    mlflow.log_image(np.linspace(0, 1, 16).reshape(4, 4), "grey.png")
    mlflow.log_dict({"a": [1, 2], "b": {"c": None}}, "settings.json")
    mlflow.log_dict({"a": 1}, "settings.yaml")
    mlflow.log_dict([1, "é"], "list.json")
    mlflow.log_text("# Title\n", "notes/readme.md")
    mlflow.log_table({"prompt": ["one", "two"], "score": [0.5, 1.0]}, "table.json")
    mlflow.log_table(pd.DataFrame({"prompt": ["three"], "score": [2.0]}), "table.json")
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "sub").mkdir()
        (Path(directory) / "sub" / "leaf.txt").write_text("leaf")
        (Path(directory) / "top.txt").write_text("top")
        mlflow.log_artifacts(directory, "tree")
        mlflow.log_artifact(f"{directory}/top.txt")
        mlflow.log_artifact(f"{directory}/sub", "folder")
    print(mlflow.get_artifact_uri("notes").endswith(f"{run.info.run_id}/artifacts/notes"))

print(mlflow.load_table("table.json", run_ids=[run.info.run_id], extra_columns=["run_id"]).drop(columns="run_id"))
print(mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/readme.md"))
print(mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/settings.json"))
print(mlflow.artifacts.load_image(f"runs:/{run.info.run_id}/black.png").size)
print([(each.path, each.is_dir, each.file_size) for each in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)
       if not each.path.endswith(".png")])  # fmt: skip
client = mlflow.MlflowClient()
print([each.path for each in client.list_artifacts(run.info.run_id, "tree")])
local = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="tree")
print(sorted(path.relative_to(local).as_posix() for path in Path(local).rglob("*")))
print(json.loads(Path(client.download_artifacts(run.info.run_id, "list.json")).read_text()))
for call in (
    lambda: mlflow.log_dict({"a": object()}, "bad.json"),
    lambda: mlflow.log_text("x", "../up.txt"),
    lambda: mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/absent.txt"),
):
    try:
        with mlflow.start_run(run_name="refused"):
            call()
    except Exception as error:
        print(type(error).__name__)
