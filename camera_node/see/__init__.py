"""From pictures to named boxes and tracks: what a camera node sees."""
