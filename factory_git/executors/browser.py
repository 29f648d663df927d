"""Pictures of pages by a headless Chromium, where one is installed. The pages are files; no network is asked."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from factory_git.executors.environment import allowed
from factory_git.executors.local import run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTH, HEIGHT = 1000, 1400
TIMEOUT = 60.0  # seconds for one page
# It runs without a network of its own: no updates, no sync, no first-run pages, and a profile that is thrown away.
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def find() -> str:
    """The browser's program; empty where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def shoot(browser: str, pages: Mapping[str, str]) -> dict[str, bytes]:
    """A picture (PNG) of each page (HTML) that could be made, by name."""
    pictures = {}
    with tempfile.TemporaryDirectory(prefix="factory-pictures-") as scratch:
        folder = Path(scratch)
        for number, (name, html) in enumerate(pages.items()):
            page, target = folder / f"{number}.html", folder / f"{number}.png"
            page.write_text(html, encoding="utf-8")
            _one(browser, folder, page, target)
            if target.is_file():
                pictures[name] = target.read_bytes()
    return pictures


def _one(browser: str, folder: Path, page: Path, target: Path) -> None:
    # Chromium refuses to sandbox for root, whose rights it could not take away.
    alone = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    argv = [
        browser,
        *FLAGS,
        *alone,
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={WIDTH},{HEIGHT}",
        f"--screenshot={target}",
        page.as_uri(),
    ]
    run(argv, cwd=folder, env=allowed(HOME=str(folder)), timeout=TIMEOUT, limit=100_000)
