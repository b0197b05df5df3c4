"""The application as a WSGI server loads it: one ledger a process, settings from outside."""

import os

from attest.client import leash
from ledger import settings as ledger_settings
from ledger.ledger import open_ledger

from . import settings
from .create_app import create_app

leash.follow_parent()  # a server that was killed must not leave its workers on the port

app = create_app(
    open_ledger(ledger_settings.load()), settings.load(ledger_settings.given(os.environ))
)
