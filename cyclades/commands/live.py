"""The feed for an ASGI server that loads a factory (uvicorn, granian).

`CYCLADES_CONFIG` names the ini file.
"""

import os
from pathlib import Path

from cyclades.commands import ini
from cyclades.web.live import Live


def application() -> Live:
    """An ASGI application: /feed alone; the API is other processes' business."""
    return Live(ini.application(Path(os.environ.get("CYCLADES_CONFIG", ini.DEFAULT))))
