"""All tables; importing this package fills the metadata."""

import importlib
import pkgutil

from cyclades.adapters.sql.schema.base import metadata

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["metadata"]
