"""Records, sees, signs and sends; survives the dark."""
