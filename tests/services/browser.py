"""
Chromium for the tests of web pages, driven by Playwright's Python package.

`GENESIS_FLOW_TEST_CHROMIUM` names an executable; else one of the machine is used, which Debian's `apt-get` installs
where the tests run as root.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.services.missing import missing

VARIABLE = "GENESIS_FLOW_TEST_CHROMIUM"
#: A directory in which pictures of pages are kept, by default one of pytest's.
PICTURES_VARIABLE = "GENESIS_FLOW_TEST_PICTURES"
NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL_TIMEOUT_S = 600


@functools.cache
def executable() -> str | None:
    """Where Chromium is, installed if need be; None where it cannot be had."""
    given = os.environ.get(VARIABLE)
    if given:
        return given
    with (Path(tempfile.gettempdir()) / "genesis-flow-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _found() is None and shutil.which("apt-get") and os.geteuid() == 0:
            packages = ("chromium", "fonts-dejavu-core")
            for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
                subprocess.run(["apt-get", *command], capture_output=True, timeout=INSTALL_TIMEOUT_S, check=False)
        return _found()


def pictures(usual: Path) -> Path:
    """Where pictures of pages are kept."""
    directory = Path(os.environ.get(PICTURES_VARIABLE) or usual)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextlib.contextmanager
def open_page() -> Iterator[Any]:
    """A page of a new browser; the test is skipped, or fails, where there is none."""
    if importlib.util.find_spec("playwright") is None:
        missing("no Playwright: `pip install playwright` (its browsers are not needed)")
    path = executable()
    if path is None:
        missing(f"no Chromium: install it (`apt-get install chromium`), or name it in {VARIABLE}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            page = browser.new_page(viewport={"width": 1500, "height": 950})
            page.set_default_timeout(120_000)
            yield page
        finally:
            browser.close()
