"""Due rows, each done once, by `nguon work`."""
