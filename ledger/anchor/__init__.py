"""The log's heads on a chain: sent once, watched until they are final."""
