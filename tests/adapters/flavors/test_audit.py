"""An audit says what a file would make, without making it."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
import torch
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression

from genesis_flow.adapters.flavors.loading import audit_directory, audit_file
from genesis_flow.domain.errors import NotFound
from genesis_flow.domain.values.audit import AuditedName, Verdict
from genesis_flow.domain.values.trust import trust
from tests.adapters.flavors.assembling import called, named, plain, whole
from tests.adapters.flavors.attacks.vouched import Own

NAME = f"{Own.__module__}.Own"
HOSTILE = whole(called(named("os", "system"), plain("true")))
MODEL = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
LOGISTIC = AuditedName("sklearn.linear_model._logistic.LogisticRegression", Verdict.ALLOWED)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A file of each kind."""
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(MODEL))
    (tmp_path / "b.pkl").write_bytes(HOSTILE)
    (tmp_path / "c.skops").write_bytes(skops.io.dumps(MODEL))
    joblib.dump(MODEL, tmp_path / "d.joblib", compress=3)
    torch.save(torch.nn.Linear(2, 2), tmp_path / "e.pt")
    save_file({"x": torch.ones(2)}, tmp_path / "f.safetensors")
    np.save(tmp_path / "g.npy", np.ones(2))
    np.savez(tmp_path / "h.npz", a=np.array([Own()], dtype=object), b=np.ones(1))
    (tmp_path / "i.py").write_text("import os")
    (tmp_path / "MLmodel").write_text("flavors: {}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "j.bin").write_bytes(HOSTILE)
    with zipfile.ZipFile(tmp_path / "k.pt2", "w") as archive:
        archive.writestr("k/data/weights.pt", HOSTILE)
    os.symlink("/etc/passwd", tmp_path / "l")
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(MODEL, 2)[:-5])
    return tmp_path


def test_a_directory_is_looked_through(directory: Path) -> None:
    """Each file with its format, and whether it would be loaded; links are not followed."""
    found = {audit.path: (audit.format, audit.is_sound) for audit in audit_directory(directory)}

    assert {
        "MLmodel": ("other", True), "a.pkl": ("pickle", True), "b.pkl": ("pickle", False), "c.skops": ("skops", True),
        "d.joblib": ("pickle", True), "e.pt": ("torch", True), "f.safetensors": ("safetensors", True),
        "g.npy": ("npy", True), "h.npz": ("npz", False), "i.py": ("python code", False), "k.pt2": ("zip", False),
        "l": ("link", False), "m.pkl": ("pickle", False), "sub/j.bin": ("pickle", False),
    } == found  # fmt: skip


def test_the_names_of_a_file(directory: Path) -> None:
    """Each with what is said of it, also behind a fault."""
    assert LOGISTIC in audit_file(directory / "a.pkl").names
    assert LOGISTIC in audit_file(directory / "c.skops").names
    assert LOGISTIC in audit_file(directory / "m.pkl").names
    assert (AuditedName("os.system", Verdict.REFUSED),) == audit_file(directory / "b.pkl").names
    assert (AuditedName("os.system", Verdict.REFUSED),) == audit_file(directory / "k.pt2").names
    assert AuditedName(NAME, Verdict.TRUSTABLE) in audit_file(directory / "h.npz").names
    assert AuditedName(NAME, Verdict.TRUSTED) in audit_file(directory / "h.npz", trust([NAME])).names
    assert audit_file(directory / "h.npz", trust([NAME])).is_sound


def test_problems_say_what_to_do(directory: Path) -> None:
    """As the error of loading says it."""
    assert f'trusted=["{NAME}"]' in audit_file(directory / "h.npz").problem
    assert "truncated" in audit_file(directory / "m.pkl").problem
    assert "No such local file" in audit_file(directory / "no").problem


def test_an_audit_imports_nothing_that_a_file_names(tmp_path: Path) -> None:
    """Neither what is listed nor what is not."""
    content = io.BytesIO()
    torch.save(torch.nn.Linear(1, 1), content)
    (tmp_path / "a.pkl").write_bytes(pickle.dumps([MODEL, Own()]))
    (tmp_path / "b.pt").write_bytes(content.getvalue())
    code = (
        "import sys, pathlib; from genesis_flow.adapters.flavors.loading import audit_directory;"
        f"print([a.format for a in audit_directory(pathlib.Path({str(tmp_path)!r}))]);"
        "print(sorted({'numpy', 'sklearn', 'torch', 'pandas', 'skops', 'joblib', 'tests'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert "['pickle', 'torch']\n[]\n" == done.stdout


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    """Is not found."""
    with pytest.raises(NotFound):
        audit_directory(tmp_path / "no")


@pytest.mark.parametrize("text", ["xgboost==3.0\n", "x = 1\n", "BZip2 is a format\n"])
def test_a_text_is_not_taken_for_compressed(tmp_path: Path, text: str) -> None:
    """Texts that begin like a compressed file are texts."""
    path = tmp_path / "requirements.txt"
    path.write_text(text)
    assert (True, "other") == (audit_file(path).is_sound, audit_file(path).format)
