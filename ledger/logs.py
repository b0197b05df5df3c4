"""What a process of ours says while it runs: one JSON object a line, on standard output.

Fields given by `extra=` stand beside the sentence. Secrets are never among them: messages are
made by us, and files that hold secrets are read by `ledger.vault` alone.
"""

import json
import logging
import sys
from datetime import UTC, datetime

USUAL = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Prints a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "part": record.name,
            "event": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in USUAL},
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def to_stdout(level: int = logging.INFO) -> None:
    """Send every record of `level` and above to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "urllib3", "web3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def of(part: str) -> logging.Logger:
    """Return the logger of a part."""
    return logging.getLogger(part)
