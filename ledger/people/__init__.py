"""Private rows, and who may see what."""
