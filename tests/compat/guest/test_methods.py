"""No method of MLflow's stores is forgotten: each is ours, or stays as it is for a reason."""

from __future__ import annotations

import pytest

from tests.compat.guest.conftest import Guest
from tests.services.stock import NEWEST

pytestmark = pytest.mark.stock

#: What our stores do themselves; some of it MLflow calls without declaring it.
OURS = {
    "tracking": """
        _get_deleted_logged_models _get_deleted_runs _hard_delete_experiment _hard_delete_logged_model
        _hard_delete_run _search_datasets _search_runs create_experiment create_logged_model create_run
        delete_experiment delete_experiment_tag delete_logged_model delete_logged_model_tag delete_run
        delete_tag finalize_logged_model get_experiment get_experiment_by_name get_logged_model
        get_metric_history get_metric_history_bulk get_metric_history_bulk_interval
        get_metric_history_bulk_interval_from_steps get_run log_batch log_inputs log_logged_model_params
        log_metric log_outputs log_param record_logged_model rename_experiment restore_experiment
        restore_run search_experiments search_logged_models set_experiment_tag set_logged_model_tags set_tag
        update_run_info
    """,
    "registry": """
        create_model_version create_registered_model delete_model_version delete_model_version_tag
        delete_registered_model delete_registered_model_alias delete_registered_model_tag
        get_latest_versions get_model_version get_model_version_by_alias get_model_version_download_uri
        get_registered_model rename_registered_model search_model_versions search_registered_models
        set_model_version_tag set_registered_model_alias set_registered_model_tag
        transition_model_version_stage update_model_version update_registered_model
        create_webhook delete_webhook get_webhook list_webhooks list_webhooks_by_event test_webhook
        update_webhook
    """,
}
#: What stays as MLflow's base class of MLflow 3.17 has it, and why.
AS_THEY_ARE = {
    ("tracking", "it is built on methods of ours, or says that something is not there"): """
        _evenly_spaced_indices delete_traces end_async_logging filter_active_experiment_ids
        flush_async_logging log_batch_async log_metric_async log_param_async search_runs
        set_model_versions_tags set_tag_async shut_down_async_logging supports_trace_archival
        supports_workspaces
    """,
    ("tracking", "traces and what belongs to them are not stored yet"): """
        _delete_traces archive_traces batch_get_trace_infos batch_get_traces
        calculate_trace_filter_correlation create_assessment delete_assessment delete_trace_tag
        find_completed_sessions get_assessment get_online_trace_details get_trace get_trace_info
        link_prompts_to_trace link_traces_to_run log_spans log_spans_async query_trace_metrics
        resolve_trace_archival_config search_traces set_trace_tag start_trace unlink_traces_from_run
        update_assessment
    """,
    ("tracking", "scorers, datasets for evaluation, labels, reviews and issues are about traces"): """
        _load_dataset_records add_dataset_to_experiments add_items_to_review_queue create_dataset
        create_issue create_label_schema create_review_queue delete_dataset delete_dataset_records
        delete_dataset_tag delete_label_schema delete_review_queue delete_scorer get_active_online_scorers
        get_dataset get_dataset_experiment_ids get_issue get_label_schema get_label_schema_by_name
        get_online_scoring_configs get_or_create_user_queue get_review_queue get_review_queue_by_name
        get_scorer list_label_schemas list_review_queue_items list_review_queues list_scorer_versions
        list_scorers list_scorers_across_experiments register_scorer remove_dataset_from_experiments
        remove_items_from_review_queue search_datasets search_issues set_dataset_tags
        set_review_queue_item_status update_issue update_label_schema update_review_queue
        upsert_dataset_records upsert_online_scoring_config
    """,
    ("tracking", "the gateway for language models is no part of what we keep"): """
        add_guardrail_to_endpoint attach_model_to_endpoint create_budget_policy create_endpoint_binding
        create_gateway_endpoint create_gateway_guardrail create_gateway_model_definition
        create_gateway_secret delete_budget_policy delete_endpoint_binding delete_gateway_endpoint
        delete_gateway_endpoint_tag delete_gateway_guardrail delete_gateway_model_definition
        delete_gateway_secret detach_model_from_endpoint get_budget_policy get_gateway_endpoint
        get_gateway_guardrail get_gateway_model_definition get_secret_info list_budget_policies
        list_endpoint_bindings list_endpoint_guardrail_configs list_gateway_endpoints
        list_gateway_guardrails list_gateway_model_definitions list_secret_infos
        remove_guardrail_from_endpoint set_gateway_endpoint_tag sum_gateway_trace_cost update_budget_policy
        update_endpoint_guardrail_config update_gateway_endpoint update_gateway_model_definition
        update_gateway_secret
    """,
    ("tracking", "servers of the model context protocol are no part of what we keep"): """
        create_mcp_access_endpoint create_mcp_server create_mcp_server_version delete_mcp_access_endpoint
        delete_mcp_server delete_mcp_server_alias delete_mcp_server_tag delete_mcp_server_version
        delete_mcp_server_version_tag get_latest_mcp_server_version get_mcp_access_endpoint get_mcp_server
        get_mcp_server_version get_mcp_server_version_by_alias get_mcp_server_versions_for_trace
        link_mcp_server_versions_to_trace search_mcp_access_endpoints search_mcp_server_versions
        search_mcp_servers set_mcp_server_alias set_mcp_server_tag set_mcp_server_version_tag
        update_mcp_access_endpoint update_mcp_server update_mcp_server_version
    """,
    ("registry", "it is built on methods of ours, or says that something is not there"): """
        _await_model_version_creation _await_model_version_creation_impl _parse_experiment_id_filter
        copy_model_version create_prompt create_prompt_version delete_prompt delete_prompt_alias
        delete_prompt_tag delete_prompt_version delete_prompt_version_tag get_prompt get_prompt_version
        get_prompt_version_by_alias link_prompt_version_to_model link_prompt_version_to_run
        link_prompts_to_trace search_prompt_versions search_prompts set_prompt_alias set_prompt_tag
        set_prompt_version_tag supports_workspaces
    """,
}
#: Of the classes alone.
_HELPERS = {"_history", "_settle_default_experiment", "_logged_model_place", "_with_latest", "_to_stock"}
#: Of MLflow 3.2 alone.
_GONE = {"_update_linked_prompts_tag"}


def test_no_method_is_forgotten(guest: Guest) -> None:
    """The tables name each method of ours, every other one that MLflow declares, and nothing that is not there."""
    methods = guest.run("tests.compat.guest.methods_worker")
    for store, names in OURS.items():
        explained = {name for (of, _), left in AS_THEY_ARE.items() if of == store for name in left.split()}

        assert set(names.split()) == set(methods[store]["own"]) - _HELPERS
        assert explained >= set(methods[store]["inherited"]) - _GONE
        assert guest.version != NEWEST or explained == set(methods[store]["inherited"])
        assert {} == {
            name: (theirs, ours)
            for name, (theirs, ours) in methods[store]["parameters"].items()
            if theirs != ours[: len(theirs)]  # newer parameters come after those of older versions
        }
