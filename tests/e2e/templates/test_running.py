"""Each shipped template does what it promises, seen from its providers."""

from collections.abc import Awaitable, Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook

from domain.templates.shipped import shipped_templates
from tests.e2e.templates import senders
from tests.e2e.templates.branches import BRANCHES
from tests.e2e.templates.foreign import payments
from tests.e2e.templates.shop import CUSTOMER, Shop
from tests.standins.google_server import SHARED
from tests.standins.razorpay_server import PAYMENT
from tests.standins.slack_server import ORDERS

SAMPLES = {template.id: template.sample for template in shipped_templates()}
LINK = "https://rzp.io/i/"


async def daily_order_digest(shop: Shop) -> None:
    shop.outside.slack.messages[ORDERS] = []
    shop.outside.google.sheets["Orders"] = [["Order", "Customer"], ["1", "A"], ["2", "B"]]
    workflow_id = await shop.live("daily-order-digest", orders__spreadsheet_id=SHARED)
    await shop.tick(workflow_id)
    await shop.ended(workflow_id)
    assert shop.posted(ORDERS) == ["Good morning! There are 2 open orders."]


async def database_to_sheet(shop: Shop) -> None:
    shop.outside.google.sheets["Signups"] = [["Name", "E-mail", "At"]]
    query = next(
        node.data.params["sql"]
        for template in shipped_templates()
        for node in template.blueprint.nodes
        if (template.id, node.id) == ("database-to-sheet", "signups")
    )
    workflow_id = await shop.live(
        "database-to-sheet", signups__sql=query, row__spreadsheet_id=SHARED
    )
    await shop.tick(workflow_id)
    await shop.ended(workflow_id)
    rows = shop.outside.google.sheets["Signups"][1:]
    assert [row[:2] for row in rows] == [["Asha", "asha@example.com"], ["Ravi", "ravi@example.com"]]
    assert all(row[2] for row in rows)


async def escalating_reminder(shop: Shop) -> None:
    shop.outside.slack.messages["#collections"] = []
    workflow_id = await shop.live("escalating-reminder")
    await shop.site.execute(workflow_id, **SAMPLES["escalating-reminder"])
    await shop.pass_wait(workflow_id)
    [link] = shop.outside.razorpay.links
    assert (link["amount"], link["description"]) == (149900, "Invoice 1042")
    assert shop.sent() == [(CUSTOMER, f"Hello Asha Rao, please pay here: {link['short_url']}")]
    await shop.pass_wait(workflow_id)
    await shop.ended(workflow_id)
    [(receivers, mail)] = shop.mails()
    assert (receivers, mail["Subject"]) == (["asha@example.com"], "Reminder: Invoice 1042")
    assert link["short_url"] in mail.get_content()
    [text] = shop.posted("#collections")
    assert text.startswith("Asha Rao was asked for “Invoice 1042” three days ago.")
    assert CUSTOMER in text


async def failed_payment_follow_up(shop: Shop) -> None:
    workflow_id = await shop.live("failed-payment-follow-up")
    await senders.razorpay(shop, "payment.failed", id="pay_failed1", contact=CUSTOMER)
    await shop.pass_wait(workflow_id)
    await shop.ended(workflow_id)
    [link] = shop.outside.razorpay.links
    assert (link["amount"], link["currency"]) == (150000, "INR")
    [(receiver, text)] = shop.sent()
    assert receiver == CUSTOMER
    assert "INR 1500.00" in text
    assert link["short_url"] in text
    assert shop.mails() == []


async def lead_form_to_team(shop: Shop) -> None:
    shop.outside.slack.messages["#sales"] = []
    shop.outside.google.sheets["Leads"] = []
    workflow_id = await shop.live("lead-form-to-team", keep__spreadsheet_id=SHARED)
    large = SAMPLES["lead-form-to-team"]["body"]
    await senders.webhook(shop, large)
    await shop.ended(workflow_id)
    assert shop.posted("#sales") == [
        "A large lead: Asha Rao (asha@example.com), budget 250000.",
    ]
    assert shop.sent() == []
    assert shop.outside.google.sheets["Leads"] == [
        ["Asha Rao", "asha@example.com", CUSTOMER, "250000"]
    ]


async def low_stock_alerts(shop: Shop) -> None:
    shop.outside.slack.messages["#warehouse"] = []
    shop.outside.google.sheets["Stock"] = [
        ["product", "quantity", "minimum"],
        ["Tea", 3, 10],
        ["Cups", 30, 10],
        ["Pots", 0, 1],
    ]
    workflow_id = await shop.live("low-stock-alerts", stock__spreadsheet_id=SHARED)
    await shop.tick(workflow_id)
    await shop.ended(workflow_id)
    assert sorted(shop.posted("#warehouse")) == [
        "Pots is running low: 0 left, at least 1 are wanted.",
        "Tea is running low: 3 left, at least 10 are wanted.",
    ]


async def order_invoice_email(shop: Shop) -> None:
    workflow_id = await shop.live("order-invoice-email")
    await senders.razorpay(shop, "order.paid", id="pay_invoice1", email="asha@example.com")
    await shop.ended(workflow_id)
    [(receivers, mail)] = shop.mails()
    assert receivers == ["asha@example.com"]
    [file] = mail.iter_attachments()
    assert file.get_filename() == "invoice.txt"
    text = file.get_content()
    assert "Payment: pay_invoice1\n" in text
    assert "Amount: INR 1500.00\n" in text


async def order_status_command(shop: Shop) -> None:
    shop.outside.slack.messages["C123ABC456"] = []
    shop.outside.google.sheets["Orders"] = [["Order", "Status"], ["94070", "packed"]]
    workflow_id = await shop.live("order-status-command", lookup__spreadsheet_id=SHARED)
    await senders.slack_command(shop, text="94070", trigger_id="1.1.a")
    await shop.ended(workflow_id)
    [text] = shop.posted("C123ABC456")
    assert text.startswith("Order 94070: ")
    assert "packed" in text


async def order_to_erp(shop: Shop) -> None:
    shop.outside.slack.messages[ORDERS] = []
    shop.outside.google.sheets["Missed"] = []
    url = f"{shop.outside.echo.url}/orders"
    workflow_id = await shop.live("order-to-erp", call__url=url, keep__spreadsheet_id=SHARED)
    await senders.razorpay(shop, "order.paid", id="pay_erp1", order_id="order_7")
    await shop.ended(workflow_id)
    [asked] = shop.outside.echo.questions("POST")
    assert asked.json == {"order": "order_7", "payment": "pay_erp1", "amount_minor": 150000}
    assert shop.outside.google.sheets["Missed"] == []


async def payment_thank_you(shop: Shop) -> None:
    shop.outside.google.sheets["Payments"] = []
    workflow_id = await shop.live("payment-thank-you", note__spreadsheet_id=SHARED)
    await senders.razorpay(shop, "payment.captured", id="pay_thanks1", contact=CUSTOMER)
    await shop.ended(workflow_id)
    [(receiver, text)] = shop.sent()
    assert receiver == CUSTOMER
    assert "thank you for your payment of INR 1500.00" in text
    [row] = shop.outside.google.sheets["Payments"]
    assert row[1:] == ["Gaurav Kumar", 1500, "INR", "upi", "pay_thanks1"]


async def refund_with_approval(shop: Shop) -> None:
    shop.outside.slack.messages["#refunds"] = []
    workflow_id = await shop.live("refund-with-approval", approve__approvers=["owner"])
    await shop.site.execute(workflow_id, payment_id=PAYMENT, reason="It broke.")
    await shop.ended(workflow_id, "waiting")
    assert shop.outside.razorpay.refunds == []
    found = (await shop.site.api.get("/approvals", params={"role": "approver"})).json()
    [asked] = [one for one in found if one["workflow_id"] == workflow_id]
    assert (asked["title"], asked["message"]) == (f"Refund {PAYMENT}", "Reason: It broke.")
    await shop.post(f"/approvals/{asked['approval_id']}/vote", decision="approved")
    await shop.ended(workflow_id)
    [refund] = shop.outside.razorpay.refunds
    assert (refund["payment_id"], refund["amount"]) == (PAYMENT, 49900)
    assert shop.posted("#refunds") == [f"{PAYMENT} is refunded ({refund['id']})."]


async def stripe_to_slack(shop: Shop) -> None:
    shop.outside.slack.messages["#payments"] = []
    workflow_id = await shop.live("stripe-to-slack")
    await senders.stripe(shop, SAMPLES["stripe-to-slack"]["body"])
    await shop.ended(workflow_id)
    [text] = shop.posted("#payments")
    assert "2000 usd" in text
    assert "pi_3MtwBwLkdIwHu7ix28a3tqPa" in text


async def support_message_triage(shop: Shop) -> None:
    shop.outside.slack.messages["#support"] = []
    workflow_id = await shop.live("support-message-triage")
    said = SAMPLES["support-message-triage"]["message"]
    await senders.whatsapp(shop, From=f"whatsapp:{CUSTOMER}", Body=said)
    await shop.ended(workflow_id)
    [(receiver, text)] = shop.sent()
    assert receiver == CUSTOMER
    assert text.startswith("Hello Asha, we have seen your message")
    assert shop.posted("#support") == [f"Urgent, from {CUSTOMER}: {said}"]


async def weekly_ai_costs(shop: Shop) -> None:
    await shop.post("/usage/imports/sample", model="gpt-4o")
    workflow_id = await shop.live("weekly-ai-costs", mail__to=["team@example.com"])
    await shop.tick(workflow_id)
    await shop.ended(workflow_id)
    [(receivers, mail)] = shop.mails()
    assert (receivers, mail["Subject"]) == (["team@example.com"], "AI costs of the week")
    analysis, _, by_model = mail.get_content().partition("By model:")
    assert len(analysis.strip()) > 40
    assert by_model.strip()


async def weekly_report_by_email(shop: Shop) -> None:
    query = next(
        node.data.params["sql"]
        for template in shipped_templates()
        for node in template.blueprint.nodes
        if (template.id, node.id) == ("weekly-report-by-email", "sales")
    )
    workflow_id = await shop.live(
        "weekly-report-by-email", sales__sql=query, mail__to=["team@example.com"]
    )
    await shop.tick(workflow_id)
    await shop.ended(workflow_id)
    [(receivers, mail)] = shop.mails()
    assert receivers == ["team@example.com"]
    [file] = mail.iter_attachments()
    assert file.get_filename() == "weekly-sales.xlsx"
    sheet = load_workbook(BytesIO(file.get_content())).active
    assert sheet is not None
    assert list(sheet.values) == [
        ("product", "orders", "revenue"),
        ("Cups", 1, 999),
        ("Tea", 2, 200.5),
    ]


async def workflow_failure_alert(shop: Shop) -> None:
    shop.outside.slack.messages["#incidents"] = []
    workflow_id = await shop.live(
        "workflow-failure-alert", post__channel="#incidents", mail__to=["oncall@example.com"]
    )
    # Its sheet is there, and the channel for its message is not.
    shop.outside.google.sheets["Orders"] = [["Order"], ["1"]]
    failing = await shop.live("daily-order-digest", orders__spreadsheet_id=SHARED)
    name = (await shop.site.api.get(f"/workflows/{failing}")).json()["name"]
    await shop.tick(failing)
    failed = await shop.ended(failing, "error")
    await shop.ended(workflow_id)
    [text] = shop.posted("#incidents")
    assert text.startswith(f"The workflow “{name}” failed: ")
    assert "channel_not_found" in text
    [(receivers, mail)] = shop.mails()
    assert (receivers, mail["Subject"]) == (["oncall@example.com"], f"Failed: {name}")
    assert failed["run_id"] in mail.get_content()


RUNS: dict[str, Callable[[Shop], Awaitable[None]]] = {
    run.__name__.replace("_", "-"): run
    for run in (
        *(daily_order_digest, database_to_sheet, escalating_reminder, failed_payment_follow_up),
        *(lead_form_to_team, low_stock_alerts, order_invoice_email, order_status_command),
        *(order_to_erp, payment_thank_you, refund_with_approval, stripe_to_slack),
        *(support_message_triage, weekly_ai_costs, weekly_report_by_email, workflow_failure_alert),
    )
}


@pytest.mark.parametrize("template_id", SAMPLES)
async def test_a_template_runs(shop: Shop, template_id: str) -> None:
    await RUNS[template_id](shop)


@pytest.mark.parametrize("branch", BRANCHES)
async def test_the_other_branches_of_templates_run(
    shop: Shop, branch: Callable[[Shop], Awaitable[None]]
) -> None:
    await branch(shop)


async def test_a_workflow_in_another_spelling_runs_as_it_is_posted(shop: Shop) -> None:
    for name in ("Payments", "Ledger"):
        shop.outside.google.sheets[name] = []
    accounts = shop.connections
    blueprint = payments(accounts["twilio"], accounts["google_service_account"])
    workflow_id = await shop.made_live(blueprint)
    await senders.razorpay(shop, "payment.captured", id="pay_big1", contact=CUSTOMER)
    await shop.ended(workflow_id)
    thanks = [(CUSTOMER, "Thank you, Gaurav Kumar, for INR 1500!")]
    assert shop.sent() == thanks
    await senders.razorpay(shop, "payment.captured", id="pay_small1", amount=90050)
    await shop.ended(workflow_id)
    assert shop.sent() == thanks
    rows = [["pay_big1", 1500, "Gaurav Kumar"], ["pay_small1", 900.5, "Gaurav Kumar"]]
    sheets = shop.outside.google.sheets
    assert (sheets["Payments"], sheets["Ledger"]) == (rows, rows)
