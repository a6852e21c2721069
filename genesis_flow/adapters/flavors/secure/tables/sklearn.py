"""scikit-learn's and scipy's names."""

from __future__ import annotations

from typing import Final

from genesis_flow.adapters.flavors.secure.checks import estimators
from genesis_flow.adapters.flavors.secure.entries import Table, aliased, calls, classes, values
from genesis_flow.adapters.flavors.secure.state import set_attributes, set_by_class
from genesis_flow.adapters.flavors.secure.tables.sklearn_classes import BOOSTED, CLASSES, WITH_TREES

_PACKAGE: Final = "scikit-learn"
_LOSSES: Final = (
    "CyHalfSquaredError CyAbsoluteError CyPinballLoss CyHuberLoss CyHalfPoissonLoss CyHalfGammaLoss CyHalfTweedieLoss "
    "CyHalfTweedieLossIdentity CyHalfBinomialLoss CyExponentialLoss"
)
_SGD_LOSSES: Final = (
    "ModifiedHuber Hinge SquaredHinge EpsilonInsensitive SquaredEpsilonInsensitive Huber Log SquaredLoss"
)

_FUNCTIONS: Final = {
    "sklearn.metrics._classification": (
        "accuracy_score balanced_accuracy_score brier_score_loss class_likelihood_ratios cohen_kappa_score "
        "confusion_matrix d2_brier_score d2_log_loss_score f1_score fbeta_score hamming_loss hinge_loss jaccard_score "
        "log_loss matthews_corrcoef multilabel_confusion_matrix precision_recall_fscore_support precision_score "
        "recall_score zero_one_loss"
    ),
    "sklearn.metrics._ranking": (
        "auc average_precision_score coverage_error dcg_score det_curve label_ranking_average_precision_score "
        "label_ranking_loss ndcg_score precision_recall_curve roc_auc_score roc_curve top_k_accuracy_score"
    ),
    "sklearn.metrics._regression": (
        "d2_absolute_error_score d2_pinball_score d2_tweedie_score explained_variance_score max_error "
        "mean_absolute_error mean_absolute_percentage_error mean_gamma_deviance mean_pinball_loss "
        "mean_poisson_deviance mean_squared_error mean_squared_log_error mean_tweedie_deviance median_absolute_error "
        "r2_score root_mean_squared_error root_mean_squared_log_error"
    ),
    "sklearn.metrics._scorer": "_passthrough_scorer",
    "sklearn.metrics.cluster._supervised": (
        "adjusted_mutual_info_score adjusted_rand_score completeness_score fowlkes_mallows_score homogeneity_score "
        "mutual_info_score normalized_mutual_info_score pair_confusion_matrix rand_score v_measure_score"
    ),
    "sklearn.metrics.cluster._unsupervised": "calinski_harabasz_score davies_bouldin_score silhouette_score",
    "sklearn.metrics.pairwise": (
        "additive_chi2_kernel chi2_kernel cosine_distances cosine_similarity euclidean_distances haversine_distances "
        "laplacian_kernel linear_kernel manhattan_distances nan_euclidean_distances paired_distances "
        "pairwise_distances pairwise_kernels polynomial_kernel rbf_kernel sigmoid_kernel"
    ),
    "sklearn.feature_selection._univariate_selection": "chi2 f_classif f_oneway f_regression r_regression",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.cluster._kmeans": "_kmeans_single_lloyd _kmeans_single_elkan",
    "sklearn.covariance._shrunk_covariance": "ledoit_wolf oas shrunk_covariance",
    "sklearn.covariance._empirical_covariance": "empirical_covariance",
    "sklearn.gaussian_process.kernels": "Hyperparameter",
    "sklearn.preprocessing._data": "add_dummy_feature binarize maxabs_scale minmax_scale normalize robust_scale scale",
    "sklearn.utils.extmath": "density safe_sparse_dot softmax stable_cumsum",
}
_COMPILED: Final = {
    "sklearn.metrics._dist_metrics": " ".join(sorted(estimators.DISTANCE_CLASSES)),
    "sklearn.neighbors._kd_tree": "KDTree KDTree32 KDTree64",
    "sklearn.neighbors._ball_tree": "BallTree BallTree32 BallTree64",
}

_SPARSE: Final = {
    f"scipy.sparse._{form}": f"{form}_matrix {form}_array" for form in ("csr", "csc", "coo", "dia", "bsr", "lil")
}
_SCIPY: Final[Table] = {
    **classes("scipy", _SPARSE, state=set_attributes, finish=estimators.finish_sparse),
    **classes("scipy", {"scipy.interpolate._bsplines": "BSpline"}, finish=estimators.finish_spline),
    **values("scipy", {
        "scipy.special._ufuncs": (
            "boxcox boxcox1p erf erfc erfinv expit expm1 exp2 exp10 gammaln inv_boxcox inv_boxcox1p kl_div log1p "
            "log_expit log_ndtr logit ndtr ndtri psi digamma rel_entr entr xlog1py xlogy cbrt"
        ),
        "scipy.special._logsumexp": "logsumexp softmax log_softmax",
        "scipy.stats._stats_py": "pearsonr spearmanr kendalltau rankdata zscore gmean hmean",
        "scipy.spatial.distance": "cityblock cosine correlation euclidean sqeuclidean chebyshev braycurtis canberra",
        "scipy._lib.array_api_compat.numpy._aliases": "asarray",
    }),
}  # fmt: skip

_SKLEARN: Final[Table] = {
    **classes(_PACKAGE, CLASSES, state=set_by_class),
    **classes(_PACKAGE, WITH_TREES, state=set_by_class, finish=estimators.finish_trees),
    **classes(_PACKAGE, {"sklearn.svm._classes": "NuSVC NuSVR OneClassSVM SVC SVR"}, state=set_by_class,
              finish=estimators.finish_vectors),
    **classes(_PACKAGE, BOOSTED, state=set_by_class, finish=estimators.finish_boosting),
    **classes(_PACKAGE, {"sklearn.utils._bunch": "Bunch"}, items=True, key=estimators.bunch_key,
              state=estimators.set_bunch),
    **classes(_PACKAGE, {"sklearn.ensemble._hist_gradient_boosting.predictor": "TreePredictor"},
              state=estimators.set_predictor),
    **values(_PACKAGE, _FUNCTIONS),
    **calls(_PACKAGE, {"sklearn.tree._tree": "Tree"}, estimators.tree, state=estimators.set_tree,
            finish=estimators.finish_tree),
    **calls(_PACKAGE, {"sklearn._loss._loss": _LOSSES}, estimators.loss),
    **calls(_PACKAGE, {"sklearn.linear_model._sgd_fast": _SGD_LOSSES}, estimators.loss),
    **calls(_PACKAGE, {"sklearn._loss._loss": "__pyx_unpickle_CyHalfMultinomialLoss"}, estimators.multinomial,
            state=estimators.set_nothing),
    **calls(_PACKAGE, {"sklearn._loss._loss": "CyHalfMultinomialLoss"}, estimators.loss, state=estimators.set_nothing),
    **calls(_PACKAGE, {
        "sklearn.metrics._dist_metrics": "newObj",
        "sklearn.neighbors._kd_tree": "newObj",
        "sklearn.neighbors._ball_tree": "newObj",
    }, estimators.compiled, state=estimators.set_compiled, finish=estimators.finish_compiled),
    **classes(_PACKAGE, _COMPILED, state=estimators.set_compiled, finish=estimators.finish_compiled),
}  # fmt: skip

#: Loss modules of Cython name themselves without their package.
TABLE: Final[Table] = {**_SKLEARN, **_SCIPY} | aliased(
    {**_SKLEARN, **_SCIPY},
    [
        ("_loss", "sklearn._loss._loss"),
        *((f"scipy.sparse.{form}", f"scipy.sparse._{form}") for form in ("csr", "csc", "coo", "dia", "bsr", "lil")),
        ("scipy.interpolate", "scipy.interpolate._bsplines"),
        ("scipy.special", "scipy.special._ufuncs"),
    ],
)
