"""Measures what docs/performance.md says, each figure beside its yardstick in the same run."""
