"""From a camera's stream to fragments with rising timestamps, never re-encoded."""
