// Resend's webhooks, made with its official client, verified by it and by Svix: node resend-hooks.mjs URL
import assert from "node:assert/strict";
import { Resend } from "resend";
import { Webhook } from "svix";
import { sink } from "./sink.mjs";

const client = new Resend("re_anything", { baseUrl: process.argv[2] });
const ok = ({ data, error }) => (assert.equal(error, null), data);
const hook = await sink();
const events = ["email.sent", "email.scheduled", "email.delivered", "email.delivery_delayed", "email.bounced",
  "email.complained", "email.opened", "email.clicked", "email.failed", "email.suppressed"];
const made = ok(await client.webhooks.create({ endpoint: hook.url, events }));
assert.match(made.signing_secret, /^whsec_/);
assert.equal(ok(await client.webhooks.get(made.id)).signing_secret, made.signing_secret);
assert.equal(ok(await client.webhooks.list()).data.length, 1);

const send = async (over) => ok(await client.emails.send({
  from: "Acme <billing@acme.test>", subject: "Your receipt", html: '<a href="https://shop.test/1">1</a>',
  tags: [{ name: "message_id", value: "msg_1" }], headers: { "X-Shop": "one" }, ...over })).id;
const told = (id, type) => hook.until((all) => {
  const found = all.find((one) => {
    const json = JSON.parse(one.body);
    return json.data.email_id === id && json.type === type;
  });
  return found && verified(found);
}, `${type} of ${id}`);
function verified({ headers, body }) {
  const bySvix = new Webhook(made.signing_secret).verify(body, headers);
  const byResend = client.webhooks.verify({ payload: body, webhookSecret: made.signing_secret, headers: {
    id: headers["svix-id"], timestamp: headers["svix-timestamp"], signature: headers["svix-signature"] } });
  assert.deepEqual(bySvix, byResend);
  assert.throws(() => new Webhook(made.signing_secret).verify(body + " ", headers));
  return bySvix;
}

const sent = await send({ to: ["ann@shop.test", "bob@shop.test"] });
await told(sent, "email.sent");
const delivered = await told(sent, "email.delivered");
assert.deepEqual(delivered.data.to, ["ann@shop.test", "bob@shop.test"]);
assert.deepEqual(delivered.data.tags, { message_id: "msg_1" });
assert.deepEqual(delivered.data.headers, [{ name: "X-Shop", value: "one" }]);
assert.equal(hook.received.filter((one) => JSON.parse(one.body).type === "email.sent").length, 1);

const bounced = await told(await send({ to: "bounced+1@resend.dev" }), "email.bounced");
assert.equal(bounced.data.bounce.type, "Permanent");
await told(await send({ to: "complained@resend.dev" }), "email.complained");
await told(await send({ to: "suppressed@resend.dev" }), "email.suppressed");
const clicked = await send({ to: "clicked@sandbox.test" });
assert.equal((await told(clicked, "email.clicked")).data.click.link, "https://shop.test/1");
assert.equal(ok(await client.emails.get(clicked)).last_event, "clicked");
const first = await send({ to: "hard-bounce+2@sandbox.test" });
await told(first, "email.bounced");
const second = await send({ to: "hard-bounce+2@sandbox.test" });
assert.equal((await told(second, "email.suppressed")).data.suppressed.reason, "previous_bounce");
assert.equal(ok(await client.emails.get(second)).last_event, "suppressed");

const asked = { Authorization: "Bearer re_x", "User-Agent": "check" };
const listed = await (await fetch(`${process.argv[2]}/suppressions`, { headers: asked })).json();
assert.deepEqual([listed.data[0].email, listed.data[0].origin], ["hard-bounce+2@sandbox.test", "bounce"]);
const gone = await fetch(`${process.argv[2]}/suppressions/${listed.data[0].id}`, { method: "DELETE", headers: asked });
assert.equal((await gone.json()).deleted, true);
await told(await send({ to: "hard-bounce+2@sandbox.test" }), "email.bounced");

const later = await send({ to: "ann@shop.test", scheduledAt: new Date(Date.now() + 3600e3).toISOString() });
await told(later, "email.scheduled");
ok(await client.emails.update({ id: later, scheduledAt: new Date(Date.now() + 500).toISOString() }));
await told(later, "email.delivered");
assert.equal(ok(await client.emails.get(later)).last_event, "delivered");

const batch = ok(await client.batch.send([
  { from: "a@acme.test", to: "x@shop.test", subject: "1", text: "1", scheduledAt: "in 1 hour" },
  { from: "a@acme.test", to: "nobody", subject: "2", text: "2" },
], { batchValidation: "permissive" }));
assert.equal(batch.data.length, 1);
assert.equal(batch.errors[0].index, 1);
assert.equal(ok(await client.emails.get(batch.data[0].id)).last_event, "delivered", "a batch forgets the time");
await told(batch.data[0].id, "email.delivered");

// For a day both secrets sign.
const rotated = ok(await client.webhooks.rotateSigningSecret(made.id));
const both = await send({ to: "ann@shop.test" });
await told(both, "email.sent");
await told(both, "email.delivered");
const last = hook.received.at(-1);
assert.equal(last.headers["svix-signature"].split(" ").length, 2);
new Webhook(rotated.signing_secret).verify(last.body, last.headers);

ok(await client.webhooks.update(made.id, { status: "disabled" }));
const quiet = hook.received.length;
await send({ to: "ann@shop.test" });
ok(await client.webhooks.update(made.id, { status: "enabled", events: ["email.failed"] }));
await told(await send({ to: "failed@sandbox.test" }), "email.failed");
assert.equal(hook.received.length, quiet + 1);
ok(await client.webhooks.remove(made.id));
assert.equal(ok(await client.webhooks.list()).data.length, 0);
hook.close();
console.log("resend webhooks ok");
