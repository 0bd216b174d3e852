"""Services that people often name, so that one which is not there is asked about by its name."""

from typing import Final

from domain.drafting.tokens import words_in

FOREIGN: Final = words_in(
    "telegram trello hubspot salesforce jira notion discord asana zendesk shopify zoho "
    "airtable mailchimp teams linear github gitlab instagram facebook twitter linkedin "
    "sms dropbox intercom freshdesk pipedrive clickup monday.com quickbooks xero tally "
    "woocommerce calendly zoom typeform paypal twitter outlook gmail sendgrid "
    "mailgun pagerduty datadog bigquery snowflake mongodb redis youtube tiktok signal "
    "viber wechat basecamp confluence servicenow docusign onedrive sharepoint salesforce "
    "paytm phonepe"
)
