"""Where answers to the scenarios differ, and why; the reasons are those of docs/decisions/0010 and 0028."""

from __future__ import annotations

import re
from typing import Final

#: Messages whose end is free: what follows shows a value, or lists what is possible, in words of one's own.
_PROMISED: Final = re.compile(
    r"Invalid clause\(s\) in filter string: |Invalid filter string: |Invalid comparator '[^']*' not one of "
    r"|Invalid (attribute|order by) key '[^']*' specified\. Valid keys are |Invalid page token"
    r"|Experiment\(name=.*?\) already exists\.|Registered Model \(name=.*?\) already exists\."
    r"|Unable to fetch model from model URI source artifact location '[^']*'\.Error: "
    r"|While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type"
    r"|IS NULL / IS NOT NULL is only supported for tags|Invalid order_by clause '[^']*'\."
    r"|Invalid value for numeric attribute '\w+': ",
    re.DOTALL,
)


def promised(message: str) -> str:
    """What clients may match on of a message."""
    found = _PROMISED.match(message)
    return found[0] if found else message


#: Labels of calls by the reason why their answers differ.
_REASONS: Final[dict[str, tuple[str, ...]]] = {
    "MLflow takes no id for that of the default experiment; see malformed-experiment-ids-are-refused": (
        'experiments: id of no text',
        'experiments: id that is empty',
        'experiments: id that is negative',
    ),
    "URIs are kept as they were written; MLflow writes some of them anew": (
        "experiments: at 'mlflow-artifacts:'",
        "experiments: at 'file:/a/b'",
        "experiments: at 'viewfs:///a'",
        "experiments: at 'S3://Bucket/A'",
        "experiments: at 'C:\\\\a\\\\b'",
    ),
    "names-and-keys-are-texts": (
        'experiments: untag None',
    ),
    "a-taken-name-is-taken": (
        "experiments: rename to ' '",
    ),
    "keywords-in-any-case": (
        'experiments: find "name like \'a%\'" 1',
        'experiments: find "name ilike \'A%\'" 1',
    ),
    "A clause of an order that cannot be read, in other words": (
        "experiments: in the order ['name,']",
        "registry: versions None {'order_by': ['version']}",
        "registry: versions None {'order_by': ['tags.k']}",
    ),
    "A run without a start starts now, and one without a user has none; its times are whole": (
        'runs: create no start',
        'runs: create no user',
        'runs: create float start',
        'runs: update to (None, -1, None)',
    ),
    "malformed-run-ids-are-refused": (
        "runs: read 'a/b'",
    ),
    "an-unknown-status-is-an-mlflow-error": (
        'runs: update to (99, None, None)',
        "runs: update to ('FINISHED', 1, None)",
    ),
    "Names are cut where their tag is, see MLFLOW_TRUNCATE_LONG_VALUES": (
        "runs: update to (None, None, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    "MLflow fails in its database": (
        "runs: param 'none' None",
        "runs: batch param ('none', None)",
        'inputs: outputs again',
        'inputs: outputs at another step',
        'logged_models: find "creation_timestamp > \'a\'" None',
        'logged_models: find "metrics.acc = \'0.7\'" None',
        "logged_models: in the order [{'ascending': True}]",
        'logged_models: bad token',
        "registry: models 'tags.k IS NOT NULL' {}",
        "registry: versions 'run_id IS NULL' {}",
    ),
    "infinities-are-kept, and compared as such": (
        "searching: find 'metrics.m > -1e400' 1 ('1',)",
        "searching: find 'metrics.m = 1.7976931348623157e308' 1 ('1',)",
    ),
    "ilike-knows-every-alphabet": (
        'searching: find "params.p ILIKE \'ÜNÏ\'" 1 (\'1\',)',
        'searching: find "tags.t ILIKE \'ünï\'" 1 (\'1\',)',
    ),
    "numbers-in-any-form": (
        "searching: find 'metrics.m > +1' 1 ('1',)",
    ),
    "What is no comparison, in other words or read in one": (
        "searching: find 'metrics.odd/key = 3' 1 ('1',)",
        'searching: find "params.p:q = \'4\'" 1 (\'1\',)',
        "searching: find 'params.p IS  NOT  NULL' 1 ('1',)",
        "searching: find 'params.p = NULL' 1 ('1',)",
        "searching: find 'metrics.m > 1.5.5' 1 ('1',)",
        "searching: find 'metrics.m > 0x10' 1 ('1',)",
        "registry: version of 'b' 'models:/' None {}",
        'registry: versions "source = \'s3://x/1\'" {}',
        'registry: versions "version_number = \'x\'" {}',
        "registry: versions 'version_number IN (1)' {}",
        "registry: versions 'version = 2' {}",
        "registry: versions 'run_id = null' {}",
    ),
    "texts-in-filters-are-quoted, and double-quotes-are-quotes": (
        "logged_models: find 'experiment_id = 1' None",
        "logged_models: find 'params.p = 5' None",
        "logged_models: find 'params.p = x' None",
        "logged_models: find 'name = a' None",
        'logged_models: find \'name = "a"\' None',
    ),
    "mistakes-about-models-are-invalid, in the words of other searches": (
        'logged_models: find "tags.t > \'a\'" None',
        'logged_models: find "params.q > \'5\'" None',
        "logged_models: find 'params.p IS NULL' None",
        'logged_models: find "metrics.acc LIKE \'1\'" None',
        'logged_models: find "name == \'a\'" None',
        'logged_models: find "name > \'a\'" None',
    ),
    "deleted-models-stay-as-they-are": (
        'logged_models: tag deleted',
        'logged_models: params of deleted',
    ),
    "What a model was measured in a run outlives the run": (
        'logged_models: erase run',
    ),
    "Quoted names, names with their prefix and IS NULL mean what they mean elsewhere; no page is less than empty": (
        'registry: models "`name` = \'a\'" {}',
        'registry: models \'"name" = \\\'a\\\'\' {}',
        "registry: models None {'order_by': ['attribute.name']}",
        "registry: models None {'order_by': ['`name`']}",
        "registry: models None {'max_results': -1}",
    ),
    "A prompt version among those of a model hides these from searches": (
        'prompts: model versions None',
        'prompts: model versions "tags.`mlflow.prompt.is_prompt` = \'false\'"',
        'prompts: model versions "tags.`mlflow.prompt.is_prompt` != \'true\'"',
    ),
}  # fmt: skip
#: What MLflow 3.2 answers otherwise than MLflow 3.17, of the scenarios that are made with it.
_SINCE_3_2: Final = (
    "runs: metric ('nan', nan, 1, 0) {} (2)",
    'runs: intervals',
    'inputs: other experiment, other content',
    'inputs: search has',
    'clients: bad experiment id',
)
_OLDER: Final = ("runs: ", "inputs: ", "clients: ")

NEWEST: Final = frozenset(label for labels in _REASONS.values() for label in labels)
OLDEST: Final = frozenset(label for label in NEWEST if label.startswith(_OLDER)) | {*_SINCE_3_2}
