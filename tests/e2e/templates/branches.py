"""The other ways through the templates, as their providers see them."""

from tests.e2e.templates import senders
from tests.e2e.templates.shop import CUSTOMER, Shop
from tests.standins.google_server import SHARED
from tests.standins.provider_server import Reply
from tests.standins.razorpay_server import PAYMENT
from tests.standins.slack_server import ORDERS


async def a_refund_that_is_rejected(shop: Shop) -> None:
    shop.outside.slack.messages["#refunds"] = []
    workflow_id = await shop.live("refund-with-approval", approve__approvers=["owner"])
    await shop.site.execute(workflow_id, payment_id=PAYMENT)
    await shop.ended(workflow_id, "waiting")
    found = (await shop.site.api.get("/approvals", params={"role": "approver"})).json()
    [asked] = [one for one in found if one["workflow_id"] == workflow_id]
    assert asked["message"] == "Reason: none given"
    await shop.post(f"/approvals/{asked['approval_id']}/vote", decision="rejected")
    await shop.ended(workflow_id)
    assert shop.outside.razorpay.refunds == []
    assert shop.posted("#refunds") == [f"{PAYMENT} is not refunded: nobody approved it."]


async def an_order_that_is_not_in_the_sheet(shop: Shop) -> None:
    shop.outside.slack.messages["C123ABC456"] = []
    shop.outside.google.sheets["Orders"] = [["Order", "Status"], ["94070", "packed"]]
    workflow_id = await shop.live("order-status-command", lookup__spreadsheet_id=SHARED)
    await senders.slack_command(shop, text="1", trigger_id="1.1.b")
    await shop.ended(workflow_id)
    assert shop.posted("C123ABC456") == ["There is no order 1."]


async def a_payer_without_a_phone_number(shop: Shop) -> None:
    workflow_id = await shop.live("failed-payment-follow-up")
    payer = {"contact": None, "email": "asha@example.com"}
    await senders.razorpay(shop, "payment.failed", id="pay_failed2", **payer)
    await shop.pass_wait(workflow_id)
    await shop.ended(workflow_id)
    assert shop.sent() == []
    [link] = shop.outside.razorpay.links
    [(receivers, mail)] = shop.mails()
    assert (receivers, mail["Subject"]) == (["asha@example.com"], "Your payment of INR 1500.00")
    assert link["short_url"] in mail.get_content()


async def a_small_lead(shop: Shop) -> None:
    shop.outside.slack.messages["#sales"] = []
    shop.outside.google.sheets["Leads"] = []
    workflow_id = await shop.live("lead-form-to-team", keep__spreadsheet_id=SHARED)
    lead = {"name": "Ravi", "email": "ravi@example.com", "phone": CUSTOMER, "budget": 500}
    await senders.webhook(shop, lead)
    await shop.ended(workflow_id)
    [(receiver, text)] = shop.sent()
    assert (receiver, text.startswith("Hello Ravi, thank you")) == (CUSTOMER, True)
    assert shop.posted("#sales") == []
    [row] = shop.outside.google.sheets["Leads"]
    assert row[:3] == ["Ravi", "ravi@example.com", CUSTOMER]


async def an_order_that_the_erp_refuses(shop: Shop) -> None:
    shop.outside.slack.messages[ORDERS] = []
    shop.outside.google.sheets["Missed"] = []
    shop.outside.echo.troubles = [Reply(422, {"error": "unknown product"})]
    url = f"{shop.outside.echo.url}/orders"
    workflow_id = await shop.live("order-to-erp", call__url=url, keep__spreadsheet_id=SHARED)
    await senders.razorpay(shop, "order.paid", id="pay_erp2", order_id="order_8")
    await shop.ended(workflow_id)
    [row] = shop.outside.google.sheets["Missed"]
    assert row[1:] == ["pay_erp2", 150000]
    [text] = shop.posted(ORDERS)
    assert text == "The order system did not take pay_erp2; it is kept in the sheet."


async def a_message_that_is_not_urgent(shop: Shop) -> None:
    shop.outside.slack.messages["#support"] = []
    workflow_id = await shop.live("support-message-triage")
    sid = f"SM{'1' * 32}"
    told = {"MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid}
    await senders.whatsapp(shop, From=f"whatsapp:{CUSTOMER}", Body="Thank you!", **told)
    await shop.ended(workflow_id)
    assert (shop.sent(), shop.posted("#support")) == ([], [])


BRANCHES = (
    *(a_refund_that_is_rejected, an_order_that_is_not_in_the_sheet),
    *(a_payer_without_a_phone_number, a_small_lead, an_order_that_the_erp_refuses),
    a_message_that_is_not_urgent,
)
