"""Keys that are made for one test, and a look at everything that a database holds."""

from cryptography.fernet import Fernet
from sqlalchemy import Connection, inspect, text

from cyclades.adapters.system.secrets import FernetSecrets


def secrets() -> FernetSecrets:
    """An installation's key of its own."""
    return FernetSecrets([Fernet.generate_key()])


def dumped(connection: Connection) -> str:
    """All rows of all tables, as one text to search in; bytes are shown as they are."""
    rows = (
        repr([bytes(value) if isinstance(value, memoryview) else value for value in row])
        for table in inspect(connection).get_table_names()
        for row in connection.execute(text(f'SELECT * FROM "{table}"'))
    )
    return "\n".join(rows)
