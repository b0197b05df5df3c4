"""The application as a WSGI server loads it: one ledger a process, settings from outside."""

import os

from ledger import settings as ledger_settings
from ledger.ledger import open_ledger

from . import settings
from .create_app import create_app

app = create_app(
    open_ledger(ledger_settings.load()), settings.load(ledger_settings.given(os.environ))
)
