"""The log as its one writer makes it: door, queue, fold, tiles, lock, publication."""
