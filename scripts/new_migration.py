"""Write the migration that brings the tables from the newest revision to what the models say."""

from __future__ import annotations

import sys
import tempfile

from alembic import command
from alembic.config import Config

from homeport.kernel.base.database import Database


def main() -> None:
    """Write it into src/homeport/migrations/versions; the argument says what it is for."""
    if len(sys.argv) != 2:
        sys.exit('usage: scripts/new_migration.py "what it is for"')
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/now.db")
        database.migrate()
        config = Config()
        config.set_main_option("script_location", "homeport:migrations")
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=sys.argv[1], autogenerate=True)
        database.close()


if __name__ == "__main__":
    main()
