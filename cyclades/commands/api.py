"""The API for a WSGI server that loads a factory (granian).

`CYCLADES_CONFIG` names the ini file.
"""

import gc
import os
from pathlib import Path
from typing import Any

from cyclades.commands import ini
from cyclades.web.api import make_api


def application() -> Any:
    """A WSGI application; workers and migrations are other processes' business."""
    api = make_api(ini.application(Path(os.environ.get("CYCLADES_CONFIG", ini.DEFAULT))))
    # What lives as long as the process is not looked through again for what does not.
    gc.collect()
    gc.freeze()
    return api
