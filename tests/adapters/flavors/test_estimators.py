"""Every estimator of scikit-learn comes back, in each format, and says the same."""

from __future__ import annotations

import io
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import cloudpickle
import joblib
import pytest
import skops.io

from genesis_flow.adapters.flavors.loading import load_pickle, load_skops
from tests.adapters.flavors.fitting import agree, answers, fitted_estimators

#: What cannot be fitted on a toy data set, and why.
UNFITTED: dict[str, str] = {}
#: What skops itself refuses to write, because its parts refer to each other in a circle.
NOT_BY_SKOPS = {"Birch"}


def _joblib(model: Any) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    return buffer.getvalue()


FORMATS: dict[str, tuple[Callable[[Any], bytes], Callable[[bytes], Any]]] = {
    "skops": (skops.io.dumps, load_skops),
    "pickle": (pickle.dumps, load_pickle),
    "the oldest pickle": (lambda model: pickle.dumps(model, 0), load_pickle),
    "cloudpickle": (cloudpickle.dumps, load_pickle),
    "joblib": (_joblib, load_pickle),
}


def test_every_estimator_is_fitted() -> None:
    """All of `all_estimators()`, but those that are named."""
    assert UNFITTED == {fitted.name: fitted.reason for fitted in fitted_estimators() if fitted.reason}


@pytest.mark.parametrize("name", FORMATS)
def test_every_estimator_comes_back(name: str, record_property: Callable[[str, object], None]) -> None:
    """It is loaded without trust in anything, and predicts and transforms as before."""
    write, load = FORMATS[name]
    wrong, count = {}, 0
    for fitted in fitted_estimators():
        if fitted.reason or (name == "skops" and fitted.name in NOT_BY_SKOPS):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = load(write(fitted.model))
                count += 1
            except Exception as error:
                wrong[fitted.name] = repr(error)
                continue
        if not agree(answers(fitted.model, fitted.x), answers(found, fitted.x)):
            wrong[fitted.name] = "answers differently"
    total = len(fitted_estimators())
    record_property("estimators", f"{count} of {total}")
    print(f"{name}: {count} of {total} estimators; not: {sorted(UNFITTED) + sorted(NOT_BY_SKOPS)}")

    assert {} == wrong
    assert total - len(UNFITTED) - (len(NOT_BY_SKOPS) if name == "skops" else 0) == count


def test_skops_refuses_what_we_say_it_refuses() -> None:
    """So that the list gets shorter when skops learns more."""
    refused = set()
    for fitted in fitted_estimators():
        if fitted.reason:
            continue
        try:
            skops.io.dumps(fitted.model)
        except Exception:
            refused.add(fitted.name)

    assert NOT_BY_SKOPS == refused
