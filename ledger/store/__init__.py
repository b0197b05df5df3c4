"""The database: rows in files by what may be lost."""
