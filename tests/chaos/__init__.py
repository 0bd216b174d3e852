"""The whole service while its processes and database are killed, frozen, cut off and stopped."""
