"""The invented province, told over HTTP, and the box that starts and stops it all."""
