"""
The sizes that MLflow allows, in characters unless the name says otherwise.

Source: MLflow 3.17 `mlflow/utils/validation.py`.
"""

from __future__ import annotations

from typing import Final

ENTITY_KEY: Final = 250
PARAM_VALUE: Final = 6_000
RUN_TAG_VALUE: Final = 8_000
EXPERIMENT_NAME: Final = 500
EXPERIMENT_TAG_VALUE: Final = 20_000
ARTIFACT_LOCATION: Final = 2_048
DATASET_NAME: Final = 500
DATASET_DIGEST: Final = 36
DATASET_SOURCE: Final = 65_535
DATASET_SCHEMA: Final = 1_048_575
DATASET_PROFILE: Final = 16_777_215
INPUT_TAG_KEY: Final = 255
INPUT_TAG_VALUE: Final = 500
MODEL_NAME: Final = 500
MODEL_TYPE: Final = 500
SOURCE_RUN_ID: Final = 256
MODEL_KEY: Final = 255
MODEL_VALUE: Final = 65_535

METRICS_PER_BATCH: Final = 1_000
PARAMS_PER_BATCH: Final = 100
TAGS_PER_BATCH: Final = 100
ENTITIES_PER_BATCH: Final = 1_000
DATASETS_PER_BATCH: Final = 1_000

RUNS_PER_PAGE: Final = 50_000
EXPERIMENTS_PER_PAGE: Final = 50_000
MODELS_PER_PAGE: Final = 50_000

INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1

MODEL_TAG_VALUE: Final = 100_000
MODEL_ALIAS: Final = 255

REGISTERED_MODELS_PER_PAGE: Final = 1_000
MODEL_VERSIONS_PER_PAGE: Final = 200_000

#: Longer than MLflow's column, which addresses of Azure Logic Apps with their signatures come close to.
WEBHOOK_URL: Final = 2_048
WEBHOOK_TEXT: Final = 1_000
WEBHOOKS_PER_PAGE: Final = 1_000
