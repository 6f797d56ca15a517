-- What customers are told, and a record of everything that they were told.

CREATE TABLE notification_templates (
    id         uuid PRIMARY KEY,
    -- Compared byte by byte, so that paging by key does not depend on the server's locale.
    key        text COLLATE "C" NOT NULL,
    channel    text NOT NULL DEFAULT 'log',
    subject    text NOT NULL,
    text_body  text NOT NULL,
    html_body  text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notification_templates_key_unique UNIQUE (key),
    CONSTRAINT notification_templates_key_format CHECK (key ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(key) <= 64),
    CONSTRAINT notification_templates_channel_known CHECK (channel IN ('log'))
);

CREATE TABLE notifications (
    -- UUIDv7: newest first is the order of the primary key, backwards.
    id          uuid PRIMARY KEY,
    order_id    uuid NOT NULL,
    customer_id uuid NOT NULL,
    -- A key, not a reference: a notification outlives its template.
    template    text COLLATE "C" NOT NULL,
    channel     text NOT NULL,
    -- An e-mail address from the order, or customer:<id>.
    recipient   text NOT NULL,
    subject     text,
    body        text,
    html_body   text,
    status      text NOT NULL,
    reason      text,
    -- How often it was handed to the channel.
    attempts    integer NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    CONSTRAINT notifications_once_per_event UNIQUE (order_id, template),
    CONSTRAINT notifications_status_known CHECK (status IN ('Sent', 'Failed', 'Skipped')),
    CONSTRAINT notifications_attempts_positive CHECK (attempts >= 0),
    CONSTRAINT notifications_sent_has_message CHECK (
        status <> 'Sent' OR (subject IS NOT NULL AND body IS NOT NULL AND html_body IS NOT NULL)),
    CONSTRAINT notifications_unsent_has_reason CHECK (status = 'Sent' OR reason IS NOT NULL)
);

INSERT INTO notification_templates (id, key, channel, subject, text_body, html_body) VALUES
(
    '019a0000-0000-7000-8000-000000000001',
    'order-confirmed',
    'log',
    'Your order {{orderId}} is confirmed',
    $text$Dear {{customerName}},

thank you for your order. Everything in it is in stock and set aside for you.

Order {{orderId}}
Placed {{orderDate}}

{{#items}}
  {{quantity}} x {{name}} ({{sku}}) at {{unitPrice.amount}} {{unitPrice.currency}}: {{lineTotal.amount}} {{lineTotal.currency}}
{{/items}}

Total: {{total.amount}} {{total.currency}}

Kind regards
Your shop
$text$,
    $html$<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Your order is confirmed</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">Your order is confirmed</h1>
    <p>Dear {{customerName}},</p>
    <p>thank you for your order. Everything in it is in stock and set aside for you.</p>
    <p>Order <strong>{{orderId}}</strong><br>Placed {{orderDate}}</p>
    <table style="width: 100%; border-collapse: collapse">
      <thead>
        <tr style="border-bottom: 2px solid #222">
          <th style="padding: 6px 0; text-align: left">Item</th>
          <th style="padding: 6px 0; text-align: right">Quantity</th>
          <th style="padding: 6px 0; text-align: right">Price</th>
          <th style="padding: 6px 0; text-align: right">Sum</th>
        </tr>
      </thead>
      <tbody>
        {{#items}}
        <tr style="border-bottom: 1px solid #ddd">
          <td style="padding: 6px 0">{{name}}<br><small>{{sku}}</small></td>
          <td style="padding: 6px 0; text-align: right">{{quantity}}</td>
          <td style="padding: 6px 0; text-align: right">{{unitPrice.amount}} {{unitPrice.currency}}</td>
          <td style="padding: 6px 0; text-align: right">{{lineTotal.amount}} {{lineTotal.currency}}</td>
        </tr>
        {{/items}}
      </tbody>
      <tfoot>
        <tr>
          <th colspan="3" style="padding: 6px 0; text-align: left">Total</th>
          <th style="padding: 6px 0; text-align: right">{{total.amount}} {{total.currency}}</th>
        </tr>
      </tfoot>
    </table>
    <p>Kind regards<br>Your shop</p>
  </div>
</body>
</html>
$html$
),
(
    '019a0000-0000-7000-8000-000000000002',
    'order-cancelled',
    'log',
    'Your order {{orderId}} is cancelled',
    $text$Dear {{customerName}},

we are sorry: your order has been cancelled and will not be delivered.

Reason: {{reason}}

Order {{orderId}}
Placed {{orderDate}}

{{#items}}
  {{quantity}} x {{name}} ({{sku}}) at {{unitPrice.amount}} {{unitPrice.currency}}: {{lineTotal.amount}} {{lineTotal.currency}}
{{/items}}

Total of the cancelled order: {{total.amount}} {{total.currency}}

Kind regards
Your shop
$text$,
    $html$<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Your order is cancelled</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">Your order is cancelled</h1>
    <p>Dear {{customerName}},</p>
    <p>we are sorry: your order has been cancelled and will not be delivered.</p>
    <p style="padding: 12px; background: #f9eceb"><strong>Reason:</strong> {{reason}}</p>
    <p>Order <strong>{{orderId}}</strong><br>Placed {{orderDate}}</p>
    <table style="width: 100%; border-collapse: collapse">
      <thead>
        <tr style="border-bottom: 2px solid #222">
          <th style="padding: 6px 0; text-align: left">Item</th>
          <th style="padding: 6px 0; text-align: right">Quantity</th>
          <th style="padding: 6px 0; text-align: right">Price</th>
          <th style="padding: 6px 0; text-align: right">Sum</th>
        </tr>
      </thead>
      <tbody>
        {{#items}}
        <tr style="border-bottom: 1px solid #ddd">
          <td style="padding: 6px 0">{{name}}<br><small>{{sku}}</small></td>
          <td style="padding: 6px 0; text-align: right">{{quantity}}</td>
          <td style="padding: 6px 0; text-align: right">{{unitPrice.amount}} {{unitPrice.currency}}</td>
          <td style="padding: 6px 0; text-align: right">{{lineTotal.amount}} {{lineTotal.currency}}</td>
        </tr>
        {{/items}}
      </tbody>
      <tfoot>
        <tr>
          <th colspan="3" style="padding: 6px 0; text-align: left">Total of the cancelled order</th>
          <th style="padding: 6px 0; text-align: right">{{total.amount}} {{total.currency}}</th>
        </tr>
      </tfoot>
    </table>
    <p>Kind regards<br>Your shop</p>
  </div>
</body>
</html>
$html$
);
