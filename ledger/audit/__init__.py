"""The whole ledger checked again by somebody who does not trust it."""
