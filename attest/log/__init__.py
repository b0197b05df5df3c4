"""The log as a stranger checks it: trees, tiles, notes, checkpoints and proofs."""
