// Postmark's webhooks, made and read with its official client: node postmark-hooks.mjs URL
import assert from "node:assert/strict";
import { ServerClient } from "postmark";
import { sink } from "./sink.mjs";

const url = new URL(process.argv[2]);
const client = new ServerClient("pm-any-token", { useHttps: false, requestHost: url.host, timeout: 20 });
const hook = await sink();
const all = { Enabled: true };
const made = await client.createWebhook({
  Url: hook.url.replace("http://", "http://url:login@"),
  MessageStream: "outbound",
  HttpHeaders: [{ Name: "X-Own", Value: "mine" }],
  Triggers: {
    Open: { Enabled: true, PostFirstOpenOnly: true }, Click: all, Delivery: all,
    Bounce: { Enabled: true, IncludeContent: true }, SpamComplaint: all, SubscriptionChange: { Enabled: false },
  },
});
assert.ok(made.ID > 0);
assert.equal(made.Triggers.Bounce.IncludeContent, true);
assert.equal((await client.getWebhooks({ messageStream: "outbound" })).Webhooks.length, 1);
const edited = await client.editWebhook(made.ID, { Triggers: { SubscriptionChange: all } });
assert.equal(edited.Triggers.SubscriptionChange.Enabled, true);
assert.equal(edited.Triggers.Delivery.Enabled, true);
assert.equal((await client.getWebhook(made.ID)).HttpHeaders[0].Value, "mine");

const send = (To) => client.sendEmail({
  From: "Acme <billing@acme.test>", To, Subject: "Your receipt",
  HtmlBody: '<a href="https://shop.test/order?a=1&amp;b=2">Order</a>', Tag: "receipt",
  Metadata: { message_id: "msg_1" }, MessageStream: "outbound",
});
const told = (id, type) => hook.until(
  (all) => all.map((one) => ({ ...one, json: JSON.parse(one.body) }))
    .find((one) => one.json.MessageID === id && one.json.RecordType === type), `${type} of ${id}`);

const { MessageID: sent } = await send("Ann <ann@shop.test>");
const delivery = await told(sent, "Delivery");
assert.equal(delivery.headers["x-own"], "mine");
assert.equal(delivery.headers.authorization, `Basic ${btoa("url:login")}`);
assert.equal(delivery.json.Recipient, "ann@shop.test");
assert.equal(delivery.json.Tag, "receipt");
assert.deepEqual(delivery.json.Metadata, { message_id: "msg_1" });
assert.match(delivery.json.DeliveredAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}[+-]\d\d:\d\d$/);

const { MessageID: bounced } = await send("Hard_Bounce@bounce-testing.postmarkapp.com");
const bounce = (await told(bounced, "Bounce")).json;
assert.deepEqual([bounce.Type, bounce.TypeCode, bounce.Inactive], ["HardBounce", 1, true]);
assert.equal(bounce.Email, "hard_bounce@bounce-testing.postmarkapp.com");
assert.equal(bounce.From, "billing@acme.test");
assert.ok(bounce.Content.length > 0);
assert.equal((await told(bounced, "SubscriptionChange")).json.SuppressionReason, "HardBounce");
const { MessageID: dns } = await send("DnsError@bounce-testing.postmarkapp.com");
assert.equal((await told(dns, "Bounce")).json.TypeCode, 256);

const { MessageID: complained } = await send("complaint+1@sandbox.test");
assert.equal((await told(complained, "SpamComplaint")).json.TypeCode, 100001);
const refused = await send("complaint+1@sandbox.test").then(() => assert.fail(), (error) => error);
assert.equal(refused.code, 406);
const { MessageID: clicked } = await send("click@sandbox.test");
assert.equal((await told(clicked, "Open")).json.FirstOpen, true);
assert.equal((await told(clicked, "Click")).json.OriginalLink, "https://shop.test/order?a=1&b=2");

const details = await client.getOutboundMessageDetails(complained);
assert.deepEqual(details.MessageEvents.map((event) => event.Type), ["Delivered", "Bounced"]);

await client.deleteWebhook(made.ID);
assert.equal((await client.getWebhooks()).Webhooks.length, 0);
hook.close();
console.log("postmark webhooks ok");
