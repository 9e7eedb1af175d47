// SendGrid's Event Webhook, made with its official client, verified by its own library:
// node sendgrid-hooks.mjs URL
import assert from "node:assert/strict";
import sg from "@sendgrid/mail";
import webhooks from "@sendgrid/eventwebhook";
import { sink } from "./sink.mjs";

const { EventWebhook, EventWebhookHeader } = webhooks;
sg.setApiKey("SG.any.key");
sg.client.setDefaultRequest("baseUrl", process.argv[2]);
const api = async (method, url, body) => (await sg.client.request({ method, url, body }))[0];
const settings = "/v3/user/webhooks/event/settings";
const hook = await sink();
const types = ["processed", "dropped", "deferred", "delivered", "bounce", "open", "click", "spam_report", "unsubscribe"];
const made = await api("POST", settings,
  { enabled: true, url: hook.url, friendly_name: "Tenon", ...Object.fromEntries(types.map((type) => [type, true])) });
assert.equal(made.statusCode, 201);
const id = made.body.id;
assert.equal((await api("GET", `${settings}/signed/${id}`)).body.public_key, "");
const { public_key } = (await api("PATCH", `${settings}/signed/${id}`, { enabled: true })).body;
assert.equal((await api("GET", `${settings}/${id}`)).body.public_key, public_key);
assert.equal((await api("GET", `${settings}/all`)).body.webhooks.length, 1);

const library = new EventWebhook();
const key = library.convertPublicKeyToECDSA(public_key);
function verified({ headers, body }) {
  const signature = headers[EventWebhookHeader.SIGNATURE().toLowerCase()];
  const timestamp = headers[EventWebhookHeader.TIMESTAMP().toLowerCase()];
  assert.ok(library.verifySignature(key, body, signature, timestamp), "the signature is right");
  assert.ok(!library.verifySignature(key, body.trim(), signature, timestamp), "over the last CRLF too");
  assert.ok(body.endsWith("}]\r\n"), JSON.stringify(body));
  const events = JSON.parse(body);
  assert.equal(body.split("},\r\n{").length, events.length, "one line each");
  return events;
}
const told = (to, event) => hook.until(
  (all) => all.flatMap(verified).find((one) => one.email === to && one.event === event), `${event} at ${to}`);
const send = async (over) => (await sg.send({
  from: "billing@acme.test", subject: "Your receipt", text: "Thank you", html: '<a href="https://shop.test/1">1</a>',
  categories: ["receipt"], customArgs: { message_id: "msg_1" }, ...over }))[0].headers["x-message-id"];

const sent = await send({ to: "ann@shop.test" });
await told("ann@shop.test", "processed");
const delivered = await told("ann@shop.test", "delivered");
assert.equal(delivered.message_id, "msg_1");
assert.deepEqual(delivered.category, ["receipt"]);
assert.equal(delivered.sg_message_id.split(".")[0], sent);
assert.ok(Number.isInteger(delivered.timestamp));

await send({ to: "hard-bounce+1@sandbox.test" });
assert.equal((await told("hard-bounce+1@sandbox.test", "bounce")).type, "bounce");
await send({ to: "hard-bounce+1@sandbox.test" });
assert.equal((await told("hard-bounce+1@sandbox.test", "dropped")).reason, "Bounced Address");
const bounces = "/v3/suppression/bounces";
assert.equal((await api("GET", bounces)).body[0].email, "hard-bounce+1@sandbox.test");
assert.equal((await api("DELETE", `${bounces}/hard-bounce%2B1@sandbox.test`)).statusCode, 204);
assert.deepEqual((await api("GET", `${bounces}/hard-bounce%2B1@sandbox.test`)).body, []);
await send({ to: "blocked@sandbox.test" });
assert.equal((await told("blocked@sandbox.test", "bounce")).type, "blocked");
await send({ to: "delayed@sandbox.test" });
await told("delayed@sandbox.test", "deferred");
await told("delayed@sandbox.test", "delivered");
await send({ to: "complaint@sandbox.test" });
await told("complaint@sandbox.test", "spamreport");
await send({ to: "click@sandbox.test" });
assert.equal((await told("click@sandbox.test", "click")).url, "https://shop.test/1");
await send({ to: "unsubscribe@sandbox.test" });
await told("unsubscribe@sandbox.test", "unsubscribe");

// Personalizations go together, and every try gives new ids.
await send({ personalizations: [
  { to: "one@shop.test", customArgs: { who: "1" } }, { to: "two@shop.test", customArgs: { who: "2" } }] });
assert.equal((await told("two@shop.test", "delivered")).who, "2");
const many = hook.received.find((one) => one.body.includes("one@shop.test") && one.body.includes("two@shop.test"));
assert.ok(many, "events of several mails come in one batch");
const ids = verified(many).map((event) => event.sg_event_id);
const { deliveries } = await (await fetch(`${process.argv[2]}/_sandbox/deliveries`)).json();
const before = hook.received.length;
await fetch(`${process.argv[2]}/_sandbox/deliveries/${deliveries[0].id}/resend`, { method: "POST" });
const again = await hook.until((all) => all[before], "the batch again");
assert.equal(verified(again).length, verified(many).length);
assert.ok(verified(again).every((event) => !ids.includes(event.sg_event_id)), "with new ids");

// A scheduled batch that is cancelled is never sent; one that isn't, is.
const { batch_id } = (await api("POST", "/v3/mail/batch")).body;
const soon = Math.floor(Date.now() / 1000) + 2;
await send({ to: "held@shop.test", sendAt: soon, batchId: batch_id });
assert.equal((await api("POST", "/v3/user/scheduled_sends", { batch_id, status: "cancel" })).statusCode, 201);
await send({ to: "kept@shop.test", sendAt: soon });
await told("kept@shop.test", "delivered");
assert.ok(!hook.received.some((one) => one.body.includes("held@shop.test")));

assert.equal((await api("DELETE", `${settings}/${id}`)).statusCode, 204);
hook.close();
console.log("sendgrid webhooks ok");
