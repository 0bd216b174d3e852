"""What the nodes of workflows do. Imports domain and tools."""
