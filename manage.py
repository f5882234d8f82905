#!/usr/bin/env python
"""Django's command line: ``manage.py dev`` starts everything."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Start with `make run`, or use .venv/bin/python manage.py ...")
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None):  # it answered: this is another trouble
            raise
        sys.exit(
            "PostgreSQL does not answer. This command works beside a running Earshot: start Earshot "
            f"first, with the same EARSHOT_DATA or DATABASE_URL.\n{error}"
        )


if __name__ == "__main__":
    main()
