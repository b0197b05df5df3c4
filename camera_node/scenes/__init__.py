"""Workshops that never were: pictures with known truth, in place of a lens."""
