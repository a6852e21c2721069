"""Numbers and names that stand for statuses, sources, views and stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from genesis_flow.api.entities import (
    LifecycleStage,
    LoggedModelStatus,
    RunStatus,
    SourceType,
    ViewType,
)
from genesis_flow.api.exceptions import MlflowException

NUMBERS: list[tuple[Any, dict[str, int]]] = [
    (RunStatus, {"RUNNING": 1, "SCHEDULED": 2, "FINISHED": 3, "FAILED": 4, "KILLED": 5}),
    (SourceType, {"NOTEBOOK": 1, "JOB": 2, "PROJECT": 3, "LOCAL": 4, "UNKNOWN": 5}),
    (ViewType, {"active_only": 1, "deleted_only": 2, "all": 3}),
]

REFUSED: list[tuple[Callable[[Any], object], object]] = [
    (RunStatus.from_string, "running"),
    (RunStatus.to_string, 0),
    (SourceType.from_string, "local"),
    (SourceType.to_string, 6),
    (ViewType.from_string, "ALL"),
    (ViewType.to_string, 4),
    (LoggedModelStatus.from_int, 4),
]


@pytest.mark.parametrize(("kind", "numbers"), NUMBERS)
def test_names_become_numbers_and_back(kind: Any, numbers: dict[str, int]) -> None:
    """Each name has the number that goes over the wire."""
    assert numbers == {name: kind.from_string(name) for name in numbers}
    assert list(numbers) == [kind.to_string(number) for number in numbers.values()]


@pytest.mark.parametrize(("function", "value"), REFUSED)
def test_what_is_unknown_is_refused(function: Callable[[Any], object], value: object) -> None:
    """An unknown name or number is an invalid parameter, and the message repeats it."""
    with pytest.raises(MlflowException, match=str(value)) as caught:
        function(value)

    assert "INVALID_PARAMETER_VALUE" == caught.value.error_code


def test_a_run_has_ended_with_three_statuses() -> None:
    """A run has ended when it is finished, failed or killed."""
    assert [3, 4, 5] == [status for status in RunStatus.all_status() if RunStatus.is_terminated(status)]


def test_all_statuses_are_listed() -> None:
    """Every number is listed, once."""
    assert [1, 2, 3, 4, 5] == RunStatus.all_status()


@pytest.mark.parametrize(
    ("view", "stages"), [(1, ["active"]), (2, ["deleted"]), (3, ["active", "deleted"]), (9, [])]
)
def test_a_view_lets_stages_through(view: int, stages: list[str]) -> None:
    """A number that is no view lets nothing through."""
    assert stages == LifecycleStage.view_type_to_stages(view)


def test_a_stage_matches_the_views_that_let_it_through() -> None:
    """Active entities are in views 1 and 3, deleted ones in 2 and 3."""
    seen = {
        stage: [LifecycleStage.matches_view_type(view, stage) for view in (1, 2, 3)]
        for stage in ("active", "deleted")
    }

    assert {"active": [True, False, True], "deleted": [False, True, True]} == seen
    assert [True, True, False] == [LifecycleStage.is_valid(stage) for stage in ("active", "deleted", "gone")]


@pytest.mark.parametrize(("view", "stage"), [(3, "gone"), (9, "active")])
def test_unknown_stages_and_views_do_not_match_silently(view: int, stage: str) -> None:
    """An unknown stage or view is an error, not a mismatch."""
    with pytest.raises(MlflowException, match="Invalid"):
        LifecycleStage.matches_view_type(view, stage)


def test_the_status_of_a_logged_model_is_text_and_number() -> None:
    """A status equals its text, and its number is its place."""
    statuses = ["UNSPECIFIED", "PENDING", "READY", "FAILED"]

    assert statuses == [str(LoggedModelStatus.from_int(number)) for number in range(4)]
    assert [0, 1, 2, 3] == [LoggedModelStatus(status).to_int() for status in statuses]
    assert [False, False, True, True] == [LoggedModelStatus.is_finalized(status) for status in statuses]
