"""What programs ask over HTTP: log, capture, blobs, anchors, chain, footage."""
