"""Pages and paths over one ledger."""
