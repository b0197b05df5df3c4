"""Rules over what is seen: a breach counts only when enough pictures agree."""
