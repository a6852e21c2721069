"""A registry by its client: versions that are awaited, stages, aliases, tags, search, and what is refused."""

import time
import warnings

import mlflow
from mlflow.entities.model_registry.model_version_status import ModelVersionStatus
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sklearn.dummy import DummyClassifier

warnings.simplefilter("ignore")
client = MlflowClient()
mlflow.set_experiment("promote")
name = "fraud"
client.create_registered_model(name, tags={"team": "risk"}, description="Finds fraud.")
for constant in (0, 1, 0):
    with mlflow.start_run(run_name=f"constant {constant}") as run:
        model = DummyClassifier(strategy="constant", constant=constant).fit([[0], [1]], [0, 1])
        info = mlflow.sklearn.log_model(model, name="model", pip_requirements=["scikit-learn"])
    version = client.create_model_version(name, info.model_uri, run.info.run_id, tags={"constant": str(constant)})
    for _ in range(10):
        version = client.get_model_version(name, version.version)
        if ModelVersionStatus.from_string(version.status) == ModelVersionStatus.READY:
            break
        time.sleep(0.1)
    print(version.name, version.version, version.status, version.current_stage, version.tags)

client.transition_model_version_stage(name, 1, "Production")
client.transition_model_version_stage(name, 2, "Staging")
client.transition_model_version_stage(name, 2, "Production", archive_existing_versions=True)
print([(each.version, each.current_stage) for each in client.search_model_versions(f"name='{name}'")])
print([(each.version, each.current_stage) for each in client.get_latest_versions(name)])
print([each.version for each in client.get_latest_versions(name, stages=["Production"])])
print(mlflow.pyfunc.load_model(f"models:/{name}/Production").predict([[5]]).tolist())
client.set_registered_model_alias(name, "champion", "2")
client.set_registered_model_alias(name, "challenger", "3")
client.set_registered_model_alias(name, "champion", "3")
print(client.get_model_version_by_alias(name, "champion").version, client.get_registered_model(name).aliases)
client.delete_registered_model_alias(name, "challenger")
client.set_model_version_tag(name, "3", "validation_status", "approved")
client.delete_model_version_tag(name, "3", "constant")
print([each.version for each in client.search_model_versions("tags.validation_status = 'approved'")])
print([each.name for each in client.search_registered_models("name LIKE 'fr%'", order_by=["name DESC"])])
client.rename_registered_model(name, "fraud detection")
print(client.get_model_version("fraud detection", "2").current_stage)
client.delete_model_version("fraud detection", "1")
for call in (
    lambda: client.create_registered_model("fraud detection"),
    lambda: client.get_registered_model(name),
    lambda: client.get_model_version("fraud detection", "1"),
    lambda: client.transition_model_version_stage("fraud detection", 2, "Live"),
    lambda: client.set_registered_model_alias("fraud detection", "latest", 2),
    lambda: mlflow.pyfunc.load_model("models:/fraud detection/9"),
    lambda: mlflow.pyfunc.load_model("models:/fraud detection@nobody"),
):
    try:
        call()
    except MlflowException as error:
        print(error.error_code)
