"""A workflow in another tool's spelling: big payments are thanked for, all are kept."""

from typing import Any

from tests.standins.google_server import SHARED


def payments(twilio: str, google: str) -> dict[str, Any]:
    """The document as it is posted, with the ids of its two connections."""
    return {
        "name": "Payment to WhatsApp",
        "nodes": [
            {
                "id": "paid",
                "type": "trigger",
                "data": {"service": "razorpay", "action": "payment_received", "parameters": {}},
            },
            {
                "id": "big",
                "type": "condition",
                "data": {
                    "condition": "{{trigger_data.amount}} > 1000",
                    "true_path": ["thank"],
                    "false_path": ["keep"],
                },
            },
            {
                "id": "thank",
                "type": "action",
                "label": "Thank the customer",
                "data": {
                    "service": "whatsapp",
                    "action": "send_message",
                    "parameters": {
                        "phone_number": "{{trigger_data.customer.phone}}",
                        "message": "Thank you, {{trigger_data.customer.name}}, for "
                        "{{trigger_data.currency}} {{trigger_data.amount}}!",
                    },
                    "connection_id": twilio,
                    "error_handling": {"retries": 0, "timeout": 20},
                },
            },
            {
                "id": "keep",
                "type": "for_each",
                "data": {
                    "items": ["Payments", "Ledger"],
                    "actions": [
                        {
                            "id": "row",
                            "service": "google_sheets",
                            "action": "append_row",
                            "parameters": {
                                "spreadsheet_id": SHARED,
                                "range": "{{item}}!A:C",
                                "values": [
                                    "{{trigger_data.payment.id}}",
                                    "{{trigger_data.amount}}",
                                    "{{trigger_data.customer.name}}",
                                ],
                            },
                            "connection_id": google,
                        }
                    ],
                },
            },
        ],
        "edges": [{"from": "paid", "to": "big"}, {"from": "thank", "to": "keep"}],
    }
