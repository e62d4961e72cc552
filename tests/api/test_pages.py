"""The pages of this folder: the API as a newcomer reads it, each page a story told in order.

A page's requests name one of the harness's callers as their token.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gabbi import driver
from gabbi.driver import test_pytest  # noqa: F401 - pytest runs the pages through it

from tests.api import worlds
from tests.api.worlds import own, served
from tests.harness.api import KnownCallers

PAGES = Path(__file__).parent


def the_api(environ: Any, start_response: Any) -> Any:
    """The WSGI application; pages are collected before there is one."""
    return (own or served)[-1](environ, start_response)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    driver.py_test_generator(
        str(PAGES),
        intercept=lambda: the_api,
        test_loader_name="page",
        fixture_module=worlds,
        metafunc=metafunc,
    )
    from gabbi import pytester  # noqa: PLC0415 - a plugin: imported by what was called above

    pytester.get_cleanname = page_name


def page_name(item: pytest.Item) -> str:
    """What gabbi goes by: else it takes every test with a colon in its name for its own."""
    name = item.name.partition("[")[2].partition("]")[0] or item.name
    return name if item.path == Path(__file__) else name.replace(":", " ")


@pytest.fixture(scope="module", autouse=True)
def _the_pages_api(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[None]:
    # Imported when first needed: pure tests do without the whole application.
    from cyclades.bootstrap import Application  # noqa: PLC0415 - see above
    from cyclades.settings import Settings  # noqa: PLC0415 - see above
    from cyclades.web.api import make_api  # noqa: PLC0415 - see above

    folder = tmp_path_factory.mktemp("pages")
    database = shutil.copy(sqlite_template, folder / "cyclades.db")
    application = Application(
        Settings(
            database_url=f"sqlite:///{database}",
            secret_key_file=folder / "secret.key",
            var_dir=folder,
            image_dir=folder / "images",
        )
    )
    application.identity = KnownCallers()
    served.append(make_api(application))
    yield
    served.clear()
    application.close()
