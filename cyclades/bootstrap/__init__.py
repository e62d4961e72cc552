"""The composition root: the one place that knows every adapter.

`Application` lives as long as the process; a `Unit` is one transaction, with the
repositories bound to it and the services bound to those. A package, a file for each
service, because all of them are too long for one file.
"""

from cyclades.bootstrap.application import Application
from cyclades.bootstrap.unit import Unit

__all__ = ["Application", "Unit"]
