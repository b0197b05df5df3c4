"""What people read without signing in."""
