"""What `autolog` does to trainings, and what it never does; what it keeps is compared with MLflow in tests/compat."""

from __future__ import annotations

import copy
import inspect
import logging
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.cluster import KMeans, k_means
from sklearn.decomposition import DictionaryLearning
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.validation import has_fit_parameter

import genesis_flow as mlflow
from genesis_flow.api.autologging.sklearn import records
from genesis_flow.api.autologging.sklearn.installing import patches

pytestmark = pytest.mark.usefixtures("off", "memory")


def runs() -> list[Any]:
    """All runs of the experiment in force."""
    found: list[Any] = mlflow.search_runs(output_format="list")
    return found


class Broken(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator that cannot be saved, scored or asked."""

    def fit(self, X: Any, y: Any = None) -> Broken:
        self.lock_ = threading.Lock()
        return self

    def predict(self, X: Any) -> Any:
        raise RuntimeError("no predictions")


class Greedy(BaseEstimator):  # type: ignore[misc]
    """An estimator of somebody else's that overwrites its data."""

    def fit(self, X: Any, y: Any = None) -> Greedy:
        X[:] = 0
        return self

    def score(self, X: Any, y: Any) -> float:
        return float(abs(X).sum())


def watch(cls: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Log the trainings of a class that is not of scikit-learn."""
    from genesis_flow.api.autologging.sklearn.training import train

    patches.method(cls, "fit", train)


def test_a_training_without_a_run_starts_and_ends_one(X: Any, y: Any) -> None:
    """Afterwards no run is active, and the one that was is finished."""
    mlflow.sklearn.autolog(log_models=False)
    LinearRegression().fit(X, y)

    assert mlflow.active_run() is None
    assert ["FINISHED"] == [run.info.status for run in runs()]


def test_a_training_in_a_run_is_logged_to_it_and_leaves_it_active(X: Any, y: Any) -> None:
    """The user's run is the user's to end."""
    mlflow.sklearn.autolog(log_models=False)
    with mlflow.start_run() as run:
        LinearRegression().fit(X, y)
        assert run is mlflow.active_run()

    assert [run.info.run_id] == [each.info.run_id for each in runs()]
    assert "training_score" in runs()[0].data.metrics


def test_a_failing_training_fails_as_without_logging_and_ends_its_run_failed(X: Any, y: Any) -> None:
    """The error is the library's own."""
    mlflow.sklearn.autolog()

    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LinearRegression().fit(X, y[:-1])
    assert mlflow.active_run() is None
    assert ["FAILED"] == [run.info.status for run in runs()]


def test_an_interrupted_training_ends_its_run_failed(X: Any, y: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption reaches the program."""

    def interrupt(self: Any, X: Any, y: Any = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Greedy, "fit", interrupt)
    mlflow.sklearn.autolog()
    watch(Greedy, monkeypatch)

    with pytest.raises(KeyboardInterrupt):
        Greedy().fit(X, y)
    assert ["FAILED"] == [run.info.status for run in runs()]


def test_a_store_that_is_down_does_not_harm_a_training(X: Any, y: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The training gives what it gives, and a warning says that it was not logged."""
    mlflow.sklearn.autolog()
    mlflow.set_tracking_uri("sqlite:////there/is/no/such/directory/store.db")

    assert 1.0 == pytest.approx(LinearRegression().fit(X, y).score(X, y))
    assert any("Autologging failed to log a new run" in each.message for each in caplog.records)


def test_what_cannot_be_logged_is_left_out_with_a_warning(
    X: Any, y: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An estimator that can be neither saved nor asked leaves its params, and its run is finished."""
    mlflow.sklearn.autolog()
    watch(Broken, monkeypatch)
    model = Broken()

    assert model is model.fit(X, y)
    assert ["FINISHED"] == [run.info.status for run in runs()]
    assert "Broken" == runs()[0].data.tags["estimator_name"]
    assert ["estimator.html"] == [each.path for each in mlflow.MlflowClient().list_artifacts(runs()[0].info.run_id)]
    assert {"the model", "training metrics", "the training score"} <= {
        attempt
        for each in caplog.records
        for attempt in ("the model", "training metrics", "the training score")
        if f"failed to log {attempt}:" in each.message
    }


def test_silent_logging_says_nothing(
    X: Any, y: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever could not be logged."""
    mlflow.sklearn.autolog(silent=True, log_models=False)
    watch(Broken, monkeypatch)
    Broken().fit(X, y)

    assert [] == [each.message for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.parametrize("jobs", [None, 2])
def test_only_the_outermost_training_is_logged(jobs: int | None, X: Any, labels: Any) -> None:
    """What a pipeline, a vote or a search fits itself, also in other threads, makes no run."""
    from joblib import parallel_config

    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=0)
    vote = VotingClassifier([("nb", GaussianNB()), ("trees", RandomForestClassifier(3))], n_jobs=jobs)
    with parallel_config("threading"):
        vote.fit(X, labels)
        make_pipeline(StandardScaler(), LogisticRegression()).fit(X, labels)
        GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2, n_jobs=jobs).fit(X, labels)

    assert ["GridSearchCV", "Pipeline", "VotingClassifier"] == sorted(
        run.data.tags["estimator_name"] for run in runs()
    )


def test_a_search_in_processes_is_logged_once(X: Any, y: Any) -> None:
    """Estimators and scorers reach other processes as they do without logging."""
    mlflow.sklearn.autolog(log_models=False, max_tuning_runs=None)
    scorer = metrics.make_scorer(metrics.mean_squared_error)
    GridSearchCV(Ridge(), {"alpha": [1, 2]}, scoring=scorer, cv=2, n_jobs=2).fit(X, y)

    assert ["GridSearchCV", "Ridge", "Ridge"] == sorted(run.data.tags["estimator_name"] for run in runs())


def test_cross_validation_is_no_training(X: Any, y: Any) -> None:
    """Even with the function imported before logging was switched on."""
    mlflow.sklearn.autolog()
    cross_val_score(Ridge(), X, y)

    assert [] == runs()


@pytest.mark.parametrize("jobs", [None, 2])
def test_an_estimator_of_somebody_else_is_a_part_too(jobs: int | None, X: Any, labels: Any) -> None:
    """What it fits while scikit-learn trains or evaluates it makes no run, in whichever thread."""
    from joblib import parallel_config

    class Wrapping(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        def fit(self, X: Any, y: Any) -> Wrapping:
            self.inner_ = GaussianNB().fit(X, y)
            self.classes_ = self.inner_.classes_
            return self

        def predict(self, X: Any) -> Any:
            return self.inner_.predict(X)

    mlflow.sklearn.autolog(log_models=False)
    with parallel_config("threading"):
        cross_val_score(Wrapping(), X, labels, cv=2, n_jobs=jobs)
        VotingClassifier([("one", Wrapping()), ("two", Wrapping())], n_jobs=jobs).fit(X, labels)

    assert ["VotingClassifier"] == [run.data.tags["estimator_name"] for run in runs()]


def test_what_a_model_fits_to_answer_is_no_training(X: Any) -> None:
    """Some solve a problem for every answer."""
    mlflow.sklearn.autolog(log_models=False, log_post_training_metrics=False)
    model = DictionaryLearning(2, max_iter=2, transform_algorithm="lasso_cd").fit(X)
    model.transform(X)

    assert ["DictionaryLearning"] == [run.data.tags["estimator_name"] for run in runs()]


def test_what_a_function_of_the_library_fits_is_no_training(X: Any) -> None:
    """The program has called a function, and no estimator."""
    mlflow.sklearn.autolog(log_models=False)
    k_means(X, 2, n_init=1)

    assert [] == runs()


def test_trainings_of_several_threads_are_all_logged(X: Any, y: Any) -> None:
    """Trainings at the same time that have nothing to do with each other have runs of their own."""
    mlflow.sklearn.autolog(log_models=False)
    start = threading.Barrier(4)

    def fit(alpha: int) -> None:
        start.wait()
        Ridge(alpha=alpha).fit(X, y)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(fit, range(4)))

    assert ["0", "1", "2", "3"] == sorted(run.data.params["alpha"] for run in runs())
    assert all("training_score" in run.data.metrics for run in runs())


def test_switching_off_puts_everything_back(X: Any, y: Any) -> None:
    """Classes and functions are what they were, own and inherited methods alike."""
    places = [LinearRegression, Ridge, SVC, GridSearchCV, KMeans, metrics, metrics._classification]
    before = [dict(vars(place)) for place in places]
    mlflow.sklearn.autolog()
    mlflow.sklearn.autolog(log_models=False)
    assert before != [dict(vars(place)) for place in places]

    mlflow.sklearn.autolog(disable=True)
    assert before == [dict(vars(place)) for place in places]
    LinearRegression().fit(X, y)
    assert [] == runs()


def test_what_another_library_put_on_top_stays(X: Any, y: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Switching off does not take away somebody else's work, and what is below it does nothing."""
    mlflow.sklearn.autolog()
    ours = LinearRegression.fit
    monkeypatch.setattr(LinearRegression, "fit", lambda self, X, y: ours(self, X, y))
    theirs = LinearRegression.fit
    mlflow.sklearn.autolog(disable=True)

    assert theirs is LinearRegression.fit
    LinearRegression().fit(X, y)
    assert [] == runs()


def test_methods_look_as_they_did() -> None:
    """Signature, documentation and what they wrap are those of the library."""
    signature, text = inspect.signature(LogisticRegression.fit), LogisticRegression.fit.__doc__
    original = LogisticRegression.fit
    mlflow.sklearn.autolog()

    assert (signature, text) == (inspect.signature(LogisticRegression.fit), LogisticRegression.fit.__doc__)
    assert original is LogisticRegression.fit.__wrapped__
    assert has_fit_parameter(LogisticRegression(), "sample_weight")
    assert not hasattr(SVC(), "predict_proba") or hasattr(SVC(probability=True), "predict_proba")


def test_estimators_and_functions_are_copied_as_before(X: Any, y: Any) -> None:
    """Clones, copies and pickles of estimators, methods and metrics are what they were."""
    mlflow.sklearn.autolog(log_models=False)
    model = Ridge(alpha=3).fit(X, y)
    expected = model.predict(X).tolist()

    assert {"alpha": 3} == {"alpha": clone(model).alpha}
    for same in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert expected == same.predict(X).tolist()
        assert vars(model).keys() == vars(same).keys()
    for each in (metrics.f1_score, metrics.r2_score, Ridge.fit, Ridge.score, model.predict):
        assert each == pickle.loads(pickle.dumps(each)) or each.__self__ is model


def test_a_model_logged_by_itself_is_loaded_without_further_trust(X: Any, labels: Any) -> None:
    """The format that MLflow names as default holds nothing of an estimator that has to be trusted."""
    mlflow.sklearn.autolog()
    model = LogisticRegression().fit(X, labels)
    (logged,) = mlflow.search_logged_models(output_format="list")

    assert model.predict(X).tolist() == mlflow.sklearn.load_model(logged.model_uri).predict(X).tolist()
    assert "cloudpickle" == mlflow.models.get_model_info(logged.model_uri).flavors["sklearn"]["serialization_format"]


def test_the_format_can_be_one_without_code(X: Any, labels: Any) -> None:
    """As with `log_model`."""
    mlflow.sklearn.autolog(serialization_format="skops")
    LogisticRegression().fit(X, labels)
    (logged,) = mlflow.search_logged_models(output_format="list")

    assert "skops" == mlflow.models.get_model_info(logged.model_uri).flavors["sklearn"]["serialization_format"]


def test_data_that_a_training_overwrites_are_noted_as_they_were(
    X: Any, y: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metrics are those of what was given."""
    mlflow.sklearn.autolog(log_models=False)
    watch(Greedy, monkeypatch)
    given = X.copy()
    Greedy().fit(given, y)

    assert 0.0 == abs(given).sum()
    assert abs(X).sum() == pytest.approx(runs()[0].data.metrics["training_score"])


def test_long_params_are_cut(X: Any, y: Any) -> None:
    """A param of any length is logged, as far as the store takes it."""
    mlflow.sklearn.autolog(log_models=False)
    KMeans(2, init=np.repeat(X[:2], 1, axis=0), n_init=1).fit(X)
    records.log_params(runs()[0].info.run_id, {"long": "x" * 7_000})

    assert "x" * 5_997 + "..." == mlflow.get_run(runs()[0].info.run_id).data.params["long"]


def test_params_that_a_run_has_already_do_not_stop_the_rest(X: Any, y: Any) -> None:
    """Of two trainings in one run the first one's params stay, and the second one's metrics are added."""
    mlflow.sklearn.autolog(log_models=False)
    with mlflow.start_run() as run:
        Ridge(alpha=1).fit(X, y)
        Ridge(alpha=100).fit(X, y)

    assert "1" == mlflow.get_run(run.info.run_id).data.params["alpha"]
    assert 2 == len(mlflow.MlflowClient().get_metric_history(run.info.run_id, "training_score"))


def test_predictions_that_are_gone_are_not_mixed_up(X: Any, y: Any) -> None:
    """A new array at the address of a forgotten prediction belongs to no run."""
    mlflow.sklearn.autolog(log_models=False)
    model = Ridge().fit(X, y)
    for _ in range(50):
        model.predict(X)
        metrics.mean_squared_error(y, np.array(y))

    assert [] == [key for key in runs()[0].data.metrics if key.startswith("mean_squared_error")]


def test_wrong_options_are_refused() -> None:
    """A search cannot have fewer than no child runs; nothing is switched on."""
    with pytest.raises(mlflow.MlflowException, match="`max_tuning_runs` must be non-negative, instead got -1"):
        mlflow.sklearn.autolog(max_tuning_runs=-1)
    assert 0 == len(patches)
