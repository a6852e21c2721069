"""An elastic net on a table of wines: split, fit, measure, log with a signature, register, load."""

import sys

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(40)
data = pd.DataFrame(rng.normal(size=(200, 4)), columns=["fixed acidity", "citric acid", "alcohol", "pH"])
data["quality"] = (5 + data["alcohol"] - 0.5 * data["fixed acidity"] + rng.normal(0, 0.1, 200)).round(1)
train, test = train_test_split(data, random_state=1)
train_x, test_x = train.drop(columns="quality"), test.drop(columns="quality")

alpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
l1_ratio = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
mlflow.set_experiment("wine")
with mlflow.start_run(run_name="elastic net") as run:
    model = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42).fit(train_x, train["quality"])
    predicted = model.predict(test_x)
    mlflow.log_param("alpha", alpha)
    mlflow.log_params({"l1_ratio": l1_ratio, "columns": list(train_x.columns)})
    mlflow.log_metric("rmse", float(np.sqrt(mean_squared_error(test["quality"], predicted))))
    mae, r2 = mean_absolute_error(test["quality"], predicted), r2_score(test["quality"], predicted)
    mlflow.log_metrics({"mae": mae, "r2": r2})
    info = mlflow.sklearn.log_model(
        sk_model=model,
        name="model",
        signature=infer_signature(train_x, predicted),
        input_example=train_x.head(2),
        pip_requirements=["scikit-learn"],
        registered_model_name="ElasticnetWineModel",
    )
print(run.info.run_name, info.registered_model_version, info.flavors.keys() - {"sklearn"})
print(info.signature)
print(mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model"))
print(mlflow.pyfunc.load_model("models:/ElasticnetWineModel/latest").predict(test_x.head(3)).round(6).tolist())
print(mlflow.models.get_model_info(info.model_uri).signature == info.signature)
try:
    mlflow.pyfunc.load_model(info.model_uri).predict(test_x.drop(columns="pH"))
except mlflow.exceptions.MlflowException as error:
    print(error.message)
