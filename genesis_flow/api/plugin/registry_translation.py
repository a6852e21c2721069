"""Registered models and versions of the domain as those of stock MLflow."""

from __future__ import annotations

from collections.abc import Sequence

from mlflow.entities.model_registry import (
    ModelVersion,
    ModelVersionTag,
    RegisteredModel,
    RegisteredModelAlias,
    RegisteredModelTag,
)

from genesis_flow.domain.entities import model_version, registered_model


def model_to_stock(
    model: registered_model.RegisteredModel, latest: Sequence[model_version.ModelVersion] = ()
) -> RegisteredModel:
    """A registered model with the latest version of each stage."""
    return RegisteredModel(
        name=model.name, creation_timestamp=model.created_at, last_updated_timestamp=model.updated_at,
        description=model.description, latest_versions=[version_to_stock(version) for version in latest],
        tags=[RegisteredModelTag(key, value) for key, value in model.tags.items()],
        aliases=[RegisteredModelAlias(alias, version) for alias, version in sorted(model.aliases.items())],
    )


def version_to_stock(version: model_version.ModelVersion) -> ModelVersion:
    """A version of a registered model."""
    return ModelVersion(
        name=version.name, version=version.version, creation_timestamp=version.created_at,
        last_updated_timestamp=version.updated_at, description=version.description, user_id=version.user_id,
        current_stage=version.stage.value, source=version.source, run_id=version.run_id,
        status=version.status.value, status_message=version.status_message,
        tags=[ModelVersionTag(key, value) for key, value in version.tags.items()], run_link=version.run_link,
        aliases=list(version.aliases), model_id=version.logged_model_id,
    )
