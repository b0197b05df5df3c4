"""What was recorded stays until its proof has been checked."""
