"""Helpers that tests share; the only package in `tests`."""
