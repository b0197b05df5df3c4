"""Footage as signed bytes: boxes, segments and the minutes that list them."""
