import importlib.util
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def app(browser):  # noqa: ARG001  # where there is no browser, Gradio need not be loaded either
    """app.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("app", ROOT / "app.py")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["app"] = loaded
    spec.loader.exec_module(loaded)
    yield loaded
    del sys.modules["app"]


@pytest.fixture
def site(running_site):
    """The chat that a module of tests keeps running, as it is for the first question."""
    running_site.writer.reset()
    return running_site


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def open_page(browser, site):
    """Opens the chat in windows of their own; nothing they do may leave this machine."""
    contexts, foreign = [], []

    def note(request):
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            foreign.append(request.url)

    def opened(width=1280, height=900, **settings):
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, locale="en-US", **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", note)
        page.goto(site.url)
        page.wait_for_selector("#question textarea")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert foreign == []
