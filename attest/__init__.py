"""What was said, by whom, and is it in the log: bytes in, verdicts out."""
