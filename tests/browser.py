"""Find a Chromium-family browser on this machine and start it without a network of its own.

The distribution's Chromium or an installed Chrome, Edge or Brave is taken as it is; failing that,
the Chromium that ``playwright install chromium`` fetched. ``VIDLEARN_BROWSER`` names another one.
"""

import os
import shutil
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "brave-browser",
)
MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "no Chromium or Chrome found: install one (Debian: apt install chromium; anywhere: "
    "python -m playwright install chromium), or name it in VIDLEARN_BROWSER"
)


def find_browser(playwright=None):
    """Return the path of a browser, or None where the machine has none.

    Parameters
    ----------
    playwright : playwright.sync_api.Playwright, optional
        When given, the browser that Playwright itself installed is the last resort.
    """
    named = os.environ.get("VIDLEARN_BROWSER")
    if named:
        return shutil.which(named)
    on_path = (found for name in NAMES if (found := shutil.which(name)))
    roots = [os.environ.get(v) for v in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    installed = [
        *(
            root / app
            for root in (Path("/Applications"), Path.home() / "Applications")
            for app in MAC
        ),
        *(Path(root) / exe for root in roots if root for exe in WINDOWS),
    ]
    if playwright is not None:
        installed.append(Path(playwright.chromium.executable_path))
    return next(on_path, None) or next((str(p) for p in installed if p.is_file()), None)


def launch(playwright, **options):
    """Start the browser headless, or return None where there is none.

    ``options`` go to Playwright's ``chromium.launch``.
    """
    path = find_browser(playwright)
    if path is None:
        return None
    return playwright.chromium.launch(executable_path=path, args=list(ARGS), **options)
