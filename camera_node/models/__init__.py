"""The weights that the project trained itself, with their card."""
