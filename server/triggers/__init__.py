"""What starts workflows: deliveries of webhooks and schedules, and whether each trigger can fire.

May import all below `server/routes`.
"""
