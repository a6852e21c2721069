"""MLflow's `mlflow.utils.validation`: how much there may be of what."""

from __future__ import annotations

from genesis_flow.domain.values.limits import DATASET_DIGEST as MAX_DATASET_DIGEST_SIZE
from genesis_flow.domain.values.limits import DATASET_NAME as MAX_DATASET_NAME_SIZE
from genesis_flow.domain.values.limits import DATASET_PROFILE as MAX_DATASET_PROFILE_SIZE
from genesis_flow.domain.values.limits import DATASET_SCHEMA as MAX_DATASET_SCHEMA_SIZE
from genesis_flow.domain.values.limits import DATASET_SOURCE as MAX_DATASET_SOURCE_SIZE
from genesis_flow.domain.values.limits import DATASETS_PER_BATCH as MAX_DATASETS_PER_BATCH
from genesis_flow.domain.values.limits import ENTITIES_PER_BATCH as MAX_ENTITIES_PER_BATCH
from genesis_flow.domain.values.limits import ENTITY_KEY as MAX_ENTITY_KEY_LENGTH
from genesis_flow.domain.values.limits import EXPERIMENT_NAME as MAX_EXPERIMENT_NAME_LENGTH
from genesis_flow.domain.values.limits import EXPERIMENT_TAG_VALUE as MAX_EXPERIMENT_TAG_VAL_LENGTH
from genesis_flow.domain.values.limits import INPUT_TAG_KEY as MAX_INPUT_TAG_KEY_SIZE
from genesis_flow.domain.values.limits import INPUT_TAG_VALUE as MAX_INPUT_TAG_VALUE_SIZE
from genesis_flow.domain.values.limits import METRICS_PER_BATCH as MAX_METRICS_PER_BATCH
from genesis_flow.domain.values.limits import MODEL_ALIAS as MAX_REGISTERED_MODEL_ALIAS_LENGTH
from genesis_flow.domain.values.limits import MODEL_TAG_VALUE as MAX_MODEL_REGISTRY_TAG_VALUE_LENGTH
from genesis_flow.domain.values.limits import PARAM_VALUE as MAX_PARAM_VAL_LENGTH
from genesis_flow.domain.values.limits import PARAMS_PER_BATCH as MAX_PARAMS_TAGS_PER_BATCH
from genesis_flow.domain.values.limits import RUN_TAG_VALUE as MAX_TAG_VAL_LENGTH

__all__ = [
    "MAX_DATASETS_PER_BATCH",
    "MAX_DATASET_DIGEST_SIZE",
    "MAX_DATASET_NAME_SIZE",
    "MAX_DATASET_PROFILE_SIZE",
    "MAX_DATASET_SCHEMA_SIZE",
    "MAX_DATASET_SOURCE_SIZE",
    "MAX_ENTITIES_PER_BATCH",
    "MAX_ENTITY_KEY_LENGTH",
    "MAX_EXPERIMENT_NAME_LENGTH",
    "MAX_EXPERIMENT_TAG_VAL_LENGTH",
    "MAX_INPUT_TAG_KEY_SIZE",
    "MAX_INPUT_TAG_VALUE_SIZE",
    "MAX_METRICS_PER_BATCH",
    "MAX_MODEL_REGISTRY_TAG_VALUE_LENGTH",
    "MAX_PARAMS_TAGS_PER_BATCH",
    "MAX_PARAM_VAL_LENGTH",
    "MAX_REGISTERED_MODEL_ALIAS_LENGTH",
    "MAX_TAG_VAL_LENGTH",
]
