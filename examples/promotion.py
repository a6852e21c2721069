"""
Register two versions of a model, compare them, and move the alias that programs load by.

    genesis-flow run examples/promotion.py          # or python, with MLflow installed
"""

import mlflow
import mlflow.sklearn
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

x, y = load_diabetes(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(x, y, random_state=0)
client = MlflowClient()

mlflow.set_experiment("promotion")
for alpha in (10.0, 0.1):
    with mlflow.start_run(run_name=f"ridge alpha={alpha}"):
        model = Ridge(alpha=alpha).fit(train_x, train_y)
        mlflow.log_param("alpha", alpha)
        mlflow.log_metric("r2", model.score(test_x, test_y))
        mlflow.sklearn.log_model(model, name="ridge", input_example=test_x[:2], registered_model_name="diabetes")

client.update_registered_model("diabetes", description="Progression of the disease after a year.")
client.set_registered_model_tag("diabetes", "owner", "clinic")
client.set_registered_model_alias("diabetes", "champion", 1)

scores = {}
for version in client.search_model_versions("name = 'diabetes'"):
    scores[version.version] = client.get_run(version.run_id).data.metrics["r2"]
    client.set_model_version_tag("diabetes", version.version, "r2", f"{scores[version.version]:.3f}")
    client.update_model_version("diabetes", version.version, description=f"Candidate {version.version}")

best = max(scores, key=scores.get)
client.set_registered_model_alias("diabetes", "champion", best)
client.set_registered_model_alias("diabetes", "previous", min(scores, key=scores.get))

champion = mlflow.pyfunc.load_model("models:/diabetes@champion")
print(f"version {best} is the champion, and predicts {champion.predict(test_x[:2]).round(1).tolist()}")
try:
    client.get_model_version_by_alias("diabetes", "nobody")
except MlflowException as error:
    print(error.error_code)
