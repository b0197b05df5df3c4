"""Keeps records, orders them, and proves that it did."""
