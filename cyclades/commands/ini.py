"""Reading the ini file, and starting an application from it."""

import logging
import sys
from collections.abc import Callable
from configparser import ConfigParser, Error
from functools import wraps
from pathlib import Path
from typing import Any

import click
import structlog

from cyclades.adapters.sql.migrate import upgrade
from cyclades.bootstrap import Application
from cyclades.domain.model.errors import CycladesError
from cyclades.settings import BadSettings, Settings

DEFAULT = "development.ini"
option = click.option(
    "--config",
    "-c",
    "path",
    default=DEFAULT,
    envvar="CYCLADES_CONFIG",
    show_default=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The ini file.",
)


def settings_of(path: Path) -> Settings:
    """The `[app:main]` section. Raises click.ClickException with the reason."""
    parser = ConfigParser(defaults={"here": str(path.resolve().parent)})
    try:
        parser.read_string(path.read_text())
        return Settings.from_ini(dict(parser["app:main"]))
    except (Error, KeyError, BadSettings, OSError) as error:
        raise click.ClickException(f"{path}: {error}") from error


def application(path: Path, *, migrate: bool = False) -> Application:
    """An application of this ini file; `migrate` brings its database up to date."""
    settings = settings_of(path)
    configure_logging(settings.log_level)
    settings.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if migrate:
        upgrade(settings.database_url)
    return Application(settings)


def configure_logging(level: str) -> None:
    """Lines of JSON on standard error; nothing secret is ever passed to a logger."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=number, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Show foreseen errors as one line, not as a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CycladesError as error:
            raise click.ClickException(str(error)) from error

    return run
