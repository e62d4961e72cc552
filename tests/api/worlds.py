"""What pages may ask for: `fixtures: [Furnished]`."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from gabbi.fixture import GabbiFixture

from tests.harness.api import KnownCallers, client_of

served: list[Any] = []  # the API that all pages share
own: list[Any] = []  # the API that the page at hand has for itself


class Furnished(GabbiFixture):
    """An API of the page's own, with flavors, an image, a network, and a cluster that waits."""

    def start_fixture(self) -> None:
        # Imported when first needed: pure tests do without the whole application.
        from cyclades.adapters.sql.migrate import upgrade  # noqa: PLC0415 - see above
        from cyclades.bootstrap import Application  # noqa: PLC0415 - see above
        from cyclades.settings import Settings  # noqa: PLC0415 - see above

        self.folder = Path(tempfile.mkdtemp(prefix="cyclades-page-"))
        url = f"sqlite:///{self.folder}/cyclades.db"
        upgrade(url)
        key = self.folder / "secret.key"
        self.application = Application(Settings(database_url=url, secret_key_file=key))
        self.application.identity = KnownCallers()
        self.furnish()
        own.append(client_of(self.application).app)

    def stop_fixture(self) -> None:
        own.pop()
        self.application.close()
        shutil.rmtree(self.folder)

    def furnish(self) -> Any:
        """What it has; how to use it."""
        from tests.harness.compute import furnished  # noqa: PLC0415 - see above

        return furnished(self.application)


class Running(Furnished):
    """And a server `web` that was built, on the public network."""

    def furnish(self) -> Any:
        cloud = super().furnish()
        cloud.active(name="web")
        return cloud
