"""The schema's migrations, by alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config

LOCATION = Path(__file__).resolve().parents[3] / "config" / "alembic"


def upgrade(url: str) -> None:
    """Bring a database to the newest schema."""
    command.upgrade(config(url), "head")


def config(url: str) -> Config:
    """Alembic's configuration without an ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(LOCATION))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings
