"""What starts workflows, over the real application with small graphs."""
