"""What pages ask of the ledger; nothing here writes."""
