"""
The step that adds the model registry.

A registered model and a version have numbers of their own, by which tags and aliases are kept with them: a rename
changes one row. `last_version` is the greatest number that was ever given to a version of the model.
"""

from __future__ import annotations

from typing import Final

REGISTRY: Final = (
    """CREATE TABLE registered_models (
        model INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        description TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_version INTEGER NOT NULL
    )""",
    "CREATE UNIQUE INDEX registered_models_by_name ON registered_models (name)",
    "CREATE INDEX registered_models_by_update ON registered_models (updated_at, name)",
    """CREATE TABLE registered_model_tags (
        model INTEGER NOT NULL REFERENCES registered_models ON DELETE CASCADE,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (model, key)
    ) WITHOUT ROWID""",
    "CREATE INDEX registered_model_tags_by_value ON registered_model_tags (key, value)",
    """CREATE TABLE model_versions (
        number INTEGER PRIMARY KEY,
        model INTEGER NOT NULL REFERENCES registered_models ON DELETE CASCADE,
        version INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        description TEXT,
        user_id TEXT,
        stage TEXT NOT NULL,
        source TEXT NOT NULL,
        storage_location TEXT NOT NULL,
        run_id TEXT,
        run_link TEXT,
        logged_model_id TEXT,
        status TEXT NOT NULL,
        status_message TEXT
    )""",
    "CREATE UNIQUE INDEX model_versions_by_version ON model_versions (model, version)",
    "CREATE INDEX model_versions_by_stage ON model_versions (model, stage, version)",
    "CREATE INDEX model_versions_by_update ON model_versions (updated_at DESC)",
    "CREATE INDEX model_versions_by_creation ON model_versions (created_at)",
    "CREATE INDEX model_versions_by_run ON model_versions (run_id)",
    "CREATE INDEX model_versions_by_source ON model_versions (source)",
    """CREATE TABLE model_version_tags (
        number INTEGER NOT NULL REFERENCES model_versions ON DELETE CASCADE,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (number, key)
    ) WITHOUT ROWID""",
    # Values of tags may be whole prompts; no search needs more than their beginning.
    "CREATE INDEX model_version_tags_by_value ON model_version_tags (key, substr(value, 1, 64))",
    """CREATE TABLE model_aliases (
        model INTEGER NOT NULL REFERENCES registered_models ON DELETE CASCADE,
        alias TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (model, alias),
        FOREIGN KEY (model, version) REFERENCES model_versions (model, version) ON DELETE CASCADE
    ) WITHOUT ROWID""",
    "CREATE INDEX model_aliases_by_version ON model_aliases (model, version)",
)
