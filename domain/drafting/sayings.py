"""Further ways in which people ask for tasks of usual services, beside what these declare."""

from collections.abc import Mapping
from typing import Final

SAYINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "manual.start": ("i press the button", "i start it", "start it by hand"),
    "razorpay.payment_received": (
        *("payment is received", "payment comes in", "payment is captured", "customer pays"),
        *("we get paid", "payment succeeds", "payment is made", "receive a payment"),
    ),
    "razorpay.payment_failed": ("payment fails", "payment is declined"),
    "razorpay.order_paid": ("order is paid", "order gets paid", "order comes in", "new order"),
    "razorpay.refund": ("refund it", "issue a refund", "give the money back", "return the money"),
    "razorpay.create_payment_link": ("create a payment link", "send a payment link"),
    "whatsapp.message_received": (
        *("whatsapp message arrives", "whatsapp message is received", "messages us on whatsapp"),
        *("writes on whatsapp", "whatsapp message comes in", "get a whatsapp message"),
    ),
    "whatsapp.send_message": ("send a whatsapp", "whatsapp the customer", "message on whatsapp"),
    "google_sheets.read_rows": ("read the rows", "get all rows", "read the sheet"),
    "google_sheets.append_row": (
        *("add a row", "log it in the sheet", "save it to the sheet", "add a line to the sheet"),
    ),
    "google_sheets.find_row": ("find the row", "look up the row", "search the sheet"),
    "google_sheets.update_range": ("update the row", "update the sheet", "mark the row"),
    "email.send": ("send an email", "email it", "send a mail"),
    "slack.post_message": (
        *("post to slack", "post in the channel", "notify the channel", "tell the team on slack"),
    ),
    "slack.event": ("message is posted in slack", "posts in slack", "message arrives in slack"),
    "slack.command": ("slash command", "slack command is used", "types the command"),
    "webhook.received": (
        *("webhook arrives", "webhook is received", "form is submitted", "fills in the form"),
        *("lead comes in", "new lead", "form submission comes in", "stripe sends an event"),
    ),
    "webhook.request": ("call the url", "call the api", "send a request"),
    "database.query": (
        *("query the database", "run the query", "run the sql", "read from the database"),
    ),
    "database.execute": (
        *("insert into the database", "update the database", "save it in the database"),
        *("write to the database", "execute the statement"),
    ),
    "file.read_table": ("read the csv", "read the file", "read the excel"),
    "file.write_table": ("write a csv", "create a csv", "save as csv", "export to excel"),
    "goldenpath.workflow_failed": ("workflow fails", "run fails", "automation breaks"),
    "goldenpath.query_usage": (
        *("get ai costs", "query ai usage", "look up the ai spend", "summarise the ai costs"),
    ),
}
