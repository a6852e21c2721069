"""The stages of model versions, by name."""

from __future__ import annotations

from genesis_flow.api.errors import translating_errors
from genesis_flow.domain.use_cases.model_versions import canonical_stage

STAGE_NONE = "None"
STAGE_STAGING = "Staging"
STAGE_PRODUCTION = "Production"
STAGE_ARCHIVED = "Archived"
#: What deleted versions have in MLflow's database; here they are gone.
STAGE_DELETED_INTERNAL = "Deleted_Internal"

ALL_STAGES = [STAGE_NONE, STAGE_STAGING, STAGE_PRODUCTION, STAGE_ARCHIVED]
DEFAULT_STAGES_FOR_GET_LATEST_VERSIONS = [STAGE_STAGING, STAGE_PRODUCTION]


@translating_errors
def get_canonical_stage(stage: str) -> str:
    """
    The name of the stage that `stage` names in any case.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE.

    Source: MLflow `get_canonical_stage`.
    """
    return canonical_stage(stage).value
