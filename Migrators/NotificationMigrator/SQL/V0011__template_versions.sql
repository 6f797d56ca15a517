-- Templates in languages, with a version for each change.

ALTER TABLE notification_templates
    ADD COLUMN locale  text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    DROP CONSTRAINT notification_templates_key_unique,
    ADD CONSTRAINT notification_templates_key_unique UNIQUE (key, locale),
    ADD CONSTRAINT notification_templates_locale_format
        CHECK (locale ~ '^([a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?)?$'),
    ADD CONSTRAINT notification_templates_version_positive CHECK (version > 0);

COMMENT ON COLUMN notification_templates.locale IS
    'A language tag such as de or de-AT; empty of the default variant, which is for everybody else.';
COMMENT ON COLUMN notification_templates.version IS 'Counts the changes. Kept by a trigger.';

-- What a template said. Nothing deletes it but the deletion of the template: what was sent is kept with the notification.
CREATE TABLE notification_template_versions (
    template_id uuid        NOT NULL REFERENCES notification_templates ON DELETE CASCADE,
    version     integer     NOT NULL,
    channel     text        NOT NULL,
    subject     text        NOT NULL,
    text_body   text        NOT NULL,
    html_body   text        NOT NULL,
    valid_from  timestamptz NOT NULL,
    PRIMARY KEY (template_id, version)
);

COMMENT ON TABLE notification_template_versions IS 'All that templates ever said, up to what they say now. Kept by a trigger.';
COMMENT ON COLUMN notification_template_versions.valid_from IS 'Until that of the next version.';

INSERT INTO notification_template_versions
SELECT id, version, channel, subject, text_body, html_body, updated_at FROM notification_templates;

-- Triggers, so that no version is missing whoever changes a template: a process of the version before, or a hand.
CREATE FUNCTION count_template_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + CASE
        WHEN (NEW.key, NEW.locale, NEW.channel, NEW.subject, NEW.text_body, NEW.html_body)
            IS DISTINCT FROM (OLD.key, OLD.locale, OLD.channel, OLD.subject, OLD.text_body, OLD.html_body)
        THEN 1 ELSE 0 END;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_template_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO notification_template_versions (template_id, version, channel, subject, text_body, html_body, valid_from)
    VALUES (NEW.id, NEW.version, NEW.channel, NEW.subject, NEW.text_body, NEW.html_body, NEW.updated_at)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER count_template_version BEFORE UPDATE ON notification_templates
    FOR EACH ROW EXECUTE FUNCTION count_template_version();
CREATE TRIGGER keep_template_version AFTER INSERT OR UPDATE ON notification_templates
    FOR EACH ROW EXECUTE FUNCTION keep_template_version();

-- The templates that came with the first version, where they are still what they were, become mails with amounts and
-- dates of the reader's language, and get a German variant. What an administrator wrote stays, and stays alone.
WITH as_seeded AS (
    UPDATE notification_templates
    SET channel = 'email',
        text_body = replace(replace(replace(replace(text_body,
            '{{orderDate}}', '{{orderDateFormatted}}'),
            '{{unitPrice.amount}} {{unitPrice.currency}}', '{{unitPrice.formatted}}'),
            '{{lineTotal.amount}} {{lineTotal.currency}}', '{{lineTotal.formatted}}'),
            '{{total.amount}} {{total.currency}}', '{{total.formatted}}'),
        html_body = replace(replace(replace(replace(replace(html_body,
            '<html lang="en">', '<html lang="{{locale}}">'),
            '{{orderDate}}', '{{orderDateFormatted}}'),
            '{{unitPrice.amount}} {{unitPrice.currency}}', '{{unitPrice.formatted}}'),
            '{{lineTotal.amount}} {{lineTotal.currency}}', '{{lineTotal.formatted}}'),
            '{{total.amount}} {{total.currency}}', '{{total.formatted}}'),
        updated_at = now()
    WHERE channel = 'log'
        AND (key, encode(sha256(convert_to(concat_ws(E'\n', subject, text_body, html_body), 'UTF8')), 'hex')) IN (
            ('order-confirmed', 'c27cceba47971e748bc3698dbbb9e4d6d3316f69be22b1fabc756fd0e356110e'),
            ('order-cancelled', 'ce7b3a5cd0af46f6d0fc7f886b97cb56fe6c44609a6f2a223bf7fee4d62f7f1d'))
    RETURNING key
)
INSERT INTO notification_templates (id, key, locale, channel, subject, text_body, html_body)
SELECT id, key, locale, 'email', subject, text_body, html_body
FROM (VALUES
    (
        '019a0000-0000-7000-8000-000000000003'::uuid,
        'order-confirmed',
        'de',
        'Ihre Bestellung {{orderId}} ist bestätigt',
        $text$Guten Tag{{#recipientName}} {{.}}{{/recipientName}},

vielen Dank für Ihre Bestellung. Alles darin ist vorrätig und für Sie zurückgelegt.

Bestellung {{orderId}}
vom {{orderDateFormatted}}

{{#items}}
  {{quantity}} x {{name}} ({{sku}}) zu je {{unitPrice.formatted}}: {{lineTotal.formatted}}
{{/items}}

Gesamtbetrag: {{total.formatted}}

Freundliche Grüße
Ihr Shop
$text$,
        $html$<!DOCTYPE html>
<html lang="{{locale}}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Ihre Bestellung ist bestätigt</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">Ihre Bestellung ist bestätigt</h1>
    <p>Guten Tag{{#recipientName}} {{.}}{{/recipientName}},</p>
    <p>vielen Dank für Ihre Bestellung. Alles darin ist vorrätig und für Sie zurückgelegt.</p>
    <p>Bestellung <strong>{{orderId}}</strong><br>vom {{orderDateFormatted}}</p>
    <table style="width: 100%; border-collapse: collapse">
      <thead>
        <tr style="border-bottom: 2px solid #222">
          <th style="padding: 6px 0; text-align: left">Artikel</th>
          <th style="padding: 6px 0; text-align: right">Anzahl</th>
          <th style="padding: 6px 0; text-align: right">Preis</th>
          <th style="padding: 6px 0; text-align: right">Summe</th>
        </tr>
      </thead>
      <tbody>
        {{#items}}
        <tr style="border-bottom: 1px solid #ddd">
          <td style="padding: 6px 0">{{name}}<br><small>{{sku}}</small></td>
          <td style="padding: 6px 0; text-align: right">{{quantity}}</td>
          <td style="padding: 6px 0; text-align: right">{{unitPrice.formatted}}</td>
          <td style="padding: 6px 0; text-align: right">{{lineTotal.formatted}}</td>
        </tr>
        {{/items}}
      </tbody>
      <tfoot>
        <tr>
          <th colspan="3" style="padding: 6px 0; text-align: left">Gesamtbetrag</th>
          <th style="padding: 6px 0; text-align: right">{{total.formatted}}</th>
        </tr>
      </tfoot>
    </table>
    <p>Freundliche Grüße<br>Ihr Shop</p>
  </div>
</body>
</html>
$html$
    ),
    (
        '019a0000-0000-7000-8000-000000000004'::uuid,
        'order-cancelled',
        'de',
        'Ihre Bestellung {{orderId}} ist storniert',
        $text$Guten Tag{{#recipientName}} {{.}}{{/recipientName}},

es tut uns leid: Ihre Bestellung wurde storniert und wird nicht geliefert.

{{#reason}}Grund: {{.}}{{/reason}}

Bestellung {{orderId}}
vom {{orderDateFormatted}}

{{#items}}
  {{quantity}} x {{name}} ({{sku}}) zu je {{unitPrice.formatted}}: {{lineTotal.formatted}}
{{/items}}

Gesamtbetrag der stornierten Bestellung: {{total.formatted}}

Freundliche Grüße
Ihr Shop
$text$,
        $html$<!DOCTYPE html>
<html lang="{{locale}}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Ihre Bestellung ist storniert</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">Ihre Bestellung ist storniert</h1>
    <p>Guten Tag{{#recipientName}} {{.}}{{/recipientName}},</p>
    <p>es tut uns leid: Ihre Bestellung wurde storniert und wird nicht geliefert.</p>
    {{#reason}}<p style="padding: 12px; background: #f9eceb"><strong>Grund:</strong> {{.}}</p>{{/reason}}
    <p>Bestellung <strong>{{orderId}}</strong><br>vom {{orderDateFormatted}}</p>
    <table style="width: 100%; border-collapse: collapse">
      <thead>
        <tr style="border-bottom: 2px solid #222">
          <th style="padding: 6px 0; text-align: left">Artikel</th>
          <th style="padding: 6px 0; text-align: right">Anzahl</th>
          <th style="padding: 6px 0; text-align: right">Preis</th>
          <th style="padding: 6px 0; text-align: right">Summe</th>
        </tr>
      </thead>
      <tbody>
        {{#items}}
        <tr style="border-bottom: 1px solid #ddd">
          <td style="padding: 6px 0">{{name}}<br><small>{{sku}}</small></td>
          <td style="padding: 6px 0; text-align: right">{{quantity}}</td>
          <td style="padding: 6px 0; text-align: right">{{unitPrice.formatted}}</td>
          <td style="padding: 6px 0; text-align: right">{{lineTotal.formatted}}</td>
        </tr>
        {{/items}}
      </tbody>
      <tfoot>
        <tr>
          <th colspan="3" style="padding: 6px 0; text-align: left">Gesamtbetrag der stornierten Bestellung</th>
          <th style="padding: 6px 0; text-align: right">{{total.formatted}}</th>
        </tr>
      </tfoot>
    </table>
    <p>Freundliche Grüße<br>Ihr Shop</p>
  </div>
</body>
</html>
$html$
    )
) AS german (id, key, locale, subject, text_body, html_body) JOIN as_seeded USING (key);

INSERT INTO notification_templates (id, key, locale, channel, subject, text_body, html_body)
SELECT id, key, locale, 'email', subject, text_body, html_body
FROM (VALUES
    (
        '019a0000-0000-7000-8000-000000000005'::uuid,
        'order-follow-up',
        '',
        'How was your order {{orderId}}?',
        $text$Dear {{customerName}},

some days ago we confirmed your order. We hope that everything has arrived and is as you wished.

Order {{orderId}}
Placed {{orderDateFormatted}}

{{#items}}
  {{quantity}} x {{name}} ({{sku}})
{{/items}}

If anything is missing or broken, please tell us: we will put it right.

Kind regards
Your shop
$text$,
        $html$<!DOCTYPE html>
<html lang="{{locale}}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>How was your order?</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">How was your order?</h1>
    <p>Dear {{customerName}},</p>
    <p>some days ago we confirmed your order. We hope that everything has arrived and is as you wished.</p>
    <p>Order <strong>{{orderId}}</strong><br>Placed {{orderDateFormatted}}</p>
    <ul>
      {{#items}}
      <li>{{quantity}} x {{name}} <small>{{sku}}</small></li>
      {{/items}}
    </ul>
    <p>If anything is missing or broken, please tell us: we will put it right.</p>
    <p>Kind regards<br>Your shop</p>
  </div>
</body>
</html>
$html$
    ),
    (
        '019a0000-0000-7000-8000-000000000006'::uuid,
        'order-follow-up',
        'de',
        'Wie war Ihre Bestellung {{orderId}}?',
        $text$Guten Tag{{#recipientName}} {{.}}{{/recipientName}},

vor einigen Tagen haben wir Ihre Bestellung bestätigt. Wir hoffen, dass alles angekommen und so ist, wie Sie es sich
gewünscht haben.

Bestellung {{orderId}}
vom {{orderDateFormatted}}

{{#items}}
  {{quantity}} x {{name}} ({{sku}})
{{/items}}

Wenn etwas fehlt oder beschädigt ist, sagen Sie es uns bitte: Wir bringen es in Ordnung.

Freundliche Grüße
Ihr Shop
$text$,
        $html$<!DOCTYPE html>
<html lang="{{locale}}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Wie war Ihre Bestellung?</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">Wie war Ihre Bestellung?</h1>
    <p>Guten Tag{{#recipientName}} {{.}}{{/recipientName}},</p>
    <p>vor einigen Tagen haben wir Ihre Bestellung bestätigt. Wir hoffen, dass alles angekommen und so ist, wie Sie es sich
      gewünscht haben.</p>
    <p>Bestellung <strong>{{orderId}}</strong><br>vom {{orderDateFormatted}}</p>
    <ul>
      {{#items}}
      <li>{{quantity}} x {{name}} <small>{{sku}}</small></li>
      {{/items}}
    </ul>
    <p>Wenn etwas fehlt oder beschädigt ist, sagen Sie es uns bitte: Wir bringen es in Ordnung.</p>
    <p>Freundliche Grüße<br>Ihr Shop</p>
  </div>
</body>
</html>
$html$
    ),
    (
        '019a0000-0000-7000-8000-000000000007'::uuid,
        'low-stock-digest',
        '',
        'Running low: {{count}}',
        $text$Of these products there is less than their threshold:

{{#products}}
  {{name}} ({{sku}}): {{available}} left, threshold {{threshold}}, since {{sinceFormatted}}
{{/products}}

In all: {{count}}
$text$,
        $html$<!DOCTYPE html>
<html lang="{{locale}}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Products that are running low</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">Products that are running low</h1>
    <p>Of these products there is less than their threshold:</p>
    <table style="width: 100%; border-collapse: collapse">
      <thead>
        <tr style="border-bottom: 2px solid #222">
          <th style="padding: 6px 0; text-align: left">Product</th>
          <th style="padding: 6px 0; text-align: right">Left</th>
          <th style="padding: 6px 0; text-align: right">Threshold</th>
          <th style="padding: 6px 0; text-align: right">Since</th>
        </tr>
      </thead>
      <tbody>
        {{#products}}
        <tr style="border-bottom: 1px solid #ddd">
          <td style="padding: 6px 0">{{name}}<br><small>{{sku}}</small></td>
          <td style="padding: 6px 0; text-align: right">{{available}}</td>
          <td style="padding: 6px 0; text-align: right">{{threshold}}</td>
          <td style="padding: 6px 0; text-align: right">{{sinceFormatted}}</td>
        </tr>
        {{/products}}
      </tbody>
    </table>
    <p>In all: {{count}}</p>
  </div>
</body>
</html>
$html$
    ),
    (
        '019a0000-0000-7000-8000-000000000008'::uuid,
        'low-stock-digest',
        'de',
        'Knapper Bestand: {{count}}',
        $text$Von diesen Produkten ist weniger da als ihr Schwellenwert:

{{#products}}
  {{name}} ({{sku}}): noch {{available}}, Schwellenwert {{threshold}}, seit {{sinceFormatted}}
{{/products}}

Insgesamt: {{count}}
$text$,
        $html$<!DOCTYPE html>
<html lang="{{locale}}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Produkte mit knappem Bestand</title>
</head>
<body style="margin: 0; padding: 24px; background: #f4f4f2; color: #222; font-family: sans-serif; line-height: 1.5">
  <div style="max-width: 600px; margin: 0 auto; padding: 24px; background: #fff">
    <h1 style="margin-top: 0; font-size: 22px">Produkte mit knappem Bestand</h1>
    <p>Von diesen Produkten ist weniger da als ihr Schwellenwert:</p>
    <table style="width: 100%; border-collapse: collapse">
      <thead>
        <tr style="border-bottom: 2px solid #222">
          <th style="padding: 6px 0; text-align: left">Produkt</th>
          <th style="padding: 6px 0; text-align: right">Noch da</th>
          <th style="padding: 6px 0; text-align: right">Schwellenwert</th>
          <th style="padding: 6px 0; text-align: right">Seit</th>
        </tr>
      </thead>
      <tbody>
        {{#products}}
        <tr style="border-bottom: 1px solid #ddd">
          <td style="padding: 6px 0">{{name}}<br><small>{{sku}}</small></td>
          <td style="padding: 6px 0; text-align: right">{{available}}</td>
          <td style="padding: 6px 0; text-align: right">{{threshold}}</td>
          <td style="padding: 6px 0; text-align: right">{{sinceFormatted}}</td>
        </tr>
        {{/products}}
      </tbody>
    </table>
    <p>Insgesamt: {{count}}</p>
  </div>
</body>
</html>
$html$
    )
) AS seeds (id, key, locale, subject, text_body, html_body)
-- Somebody may have a template of that name already.
WHERE NOT EXISTS (SELECT FROM notification_templates AS present WHERE present.key = seeds.key);
