"""The Azure LLM inference trace 2023: two services, one hour each; CC BY 4.0, see README.md."""
