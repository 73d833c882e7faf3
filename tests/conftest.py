"""Fixtures: a database for each worker, the real server, a mail server, and browsers signed in as somebody."""

import asyncio
import concurrent.futures
import contextvars
import os
from collections.abc import Callable, Coroutine, Generator, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from sqlmodel import Session

from tests.support.chromium import FLAGS, ensure_chromium
from tests.support.pages import Pages
from tests.support.postgres import Cluster, empty, remove_leftovers, rolled_back
from tests.support.server import SETTINGS, Server
from tests.support.smtp import MailServer
from troubleshoot_app.core.db import forget_engine
from troubleshoot_app.core.settings import Settings, get_settings
from troubleshoot_app.server.frontend import ensure_built

T = TypeVar("T")
RUN = pytest.StashKey[int]()
COROUTINE_SECONDS = 60
SECRET_KEY = "a-key-for-tests-long-enough-to-sign-with"

# How long an example takes depends on what else the machine does, so Hypothesis does not judge by it. Examples are others in
# each run; ``make soak`` takes many.
settings.register_profile(
    "steady", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("steady"), max_examples=1000)
settings.load_profile("steady")

for name in SETTINGS:
    os.environ.pop(name, None)
os.environ["SECRET_KEY"] = SECRET_KEY
os.environ["no_proxy"] = "127.0.0.1,localhost"
Settings.model_config["env_file"] = None


def pytest_configure(config: pytest.Config) -> None:
    """Give all processes of this run one name; the first of them cleans up after runs that were killed."""
    worker = getattr(config, "workerinput", None)
    config.stash[RUN] = worker["run"] if worker else os.getpid()
    if not worker:
        remove_leftovers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each xdist worker which run it belongs to."""
    node.workerinput["run"] = os.getpid()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the database server when the whole run is over."""
    if not hasattr(config, "workerinput") and RUN in config.stash:
        Cluster(config.stash[RUN]).stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test what the server said, and keep what was on its pages."""
    report = yield
    fixtures = getattr(item, "funcargs", {})
    if report.failed and isinstance(server := fixtures.get("server"), Server):
        report.sections.append(("server log", server.log_tail()))
    if report.failed and report.when == "call" and isinstance(pages := fixtures.get("page_as"), Pages):
        pages.keep_screenshots(item.name)
    return report


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """The name of this process among those of the run: ``gw0``, ``gw1``, or ``master``."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "master"))


@pytest.fixture(scope="session", autouse=True)
def _own_var_dir(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the application writes when it is called in this process lands in a folder of the run."""
    os.environ["VAR_DIR"] = str(tmp_path_factory.mktemp("var"))
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The PostgreSQL of this run, for tests that want a database of their own from it."""
    return Cluster(request.config.stash[RUN])


@pytest.fixture(scope="session")
def database_url(cluster: Cluster, worker_name: str) -> Iterator[str]:
    """This worker's migrated database, empty; what runs in this process (``transact``) works on it."""
    url = cluster.database(f"tests_{worker_name}")
    _use_database(url)
    yield url
    forget_engine()


@pytest.fixture
def db(database_url: str) -> Iterator[Session]:
    """A handle in a transaction that is rolled back after the test; a commit inside it is only a savepoint."""
    with rolled_back() as db:
        yield db


@pytest.fixture
def clean_database(database_url: str) -> Iterator[str]:
    """This worker's database, for a test that commits (``transact``): all tables are emptied after it."""
    yield database_url
    empty()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """The mail server of the ``server``; a test asks for ``smtp`` instead."""
    yield from _a_mail_server()


@pytest.fixture(scope="session")
def own_mail_server() -> Iterator[MailServer]:
    """The mail server of tests without the ``server``, which may be mailing still of what other tests began on it."""
    yield from _a_mail_server()


def _a_mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """The mail server that the test's mails are sent through: nothing received yet, and accepting all.

    Through the one of ``server`` mails may come that are of no concern to the test.
    """
    name = "mail_server" if "server" in request.fixturenames else "own_mail_server"
    mail_server: MailServer = request.getfixturevalue(name)
    mail_server.reset()
    yield mail_server
    mail_server.reset()


@pytest.fixture(scope="session")
def frontend() -> None:
    """The built pages; of several workers, one builds."""
    ensure_built(lambda _sentence: None)


@pytest.fixture(scope="session")
def server(
    frontend: None,
    cluster: Cluster,
    mail_server: MailServer,
    worker_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """The real server with the demo data, on a database of its own; it must end in good order, too."""
    server = Server(
        tmp_path_factory.mktemp("server"),
        DATABASE_URL=cluster.database(f"server_{worker_name}"),
        SECRET_KEY=SECRET_KEY,
        SMTP_URL=mail_server.url,
        DEMO_DATA="true",
    )
    server.start()
    yield server
    assert server.stop() == 0, server.log_tail()


@pytest.fixture
def server_database(server: Server) -> Iterator[str]:
    """The database of the running server; during the test ``transact`` in this process works on it as well."""
    before = os.environ.get("DATABASE_URL")
    _use_database(server.database_url)
    yield server.database_url
    _use_database(before)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file of tests; pages come from ``page_as``.

    As long as it is there, an event loop runs in this thread: ``asyncio.run`` fails, ``aio`` works.
    """
    path = ensure_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page_as(server: Server, chromium: Browser) -> Iterator[Pages]:
    """``page_as("viewer@demo.test", "/trees", device="desk", color="dark")`` returns the page of somebody signed in."""
    pages = Pages(server, chromium)
    yield pages
    pages.close()


@pytest.fixture(scope="session")
def aio() -> Iterator[Callable[[Coroutine[Any, Any, T]], T]]:
    """``aio(coroutine)`` returns its result: run in a thread, for a browser keeps a loop running in this one.

    The thread sees this one's context, which carries what Reflex has registered.
    """
    with concurrent.futures.ThreadPoolExecutor(1) as executor:

        def run(coroutine: Coroutine[Any, Any, T]) -> T:
            context = contextvars.copy_context()
            return executor.submit(context.run, asyncio.run, coroutine).result(COROUTINE_SECONDS)

        yield run


def _use_database(url: str | None) -> None:
    if url is None:
        os.environ.pop("DATABASE_URL", None)
    else:
        os.environ["DATABASE_URL"] = url
    get_settings.cache_clear()
    forget_engine()
