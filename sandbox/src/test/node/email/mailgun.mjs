// The official Mailgun client against the sandbox: node mailgun.mjs URL
import assert from "node:assert/strict";
import Mailgun from "mailgun.js";

const url = process.argv[2];
const mailgun = new Mailgun(FormData);
const mg = mailgun.client({ username: "api", key: "any-key", url });
const mail = (over) => ({
  from: "Acme <billing@acme.test>",
  to: ["Ann <ann@shop.test>", "bob@shop.test"],
  subject: "Your receipt – 12 €",
  text: "Thank you\r\nfor 12 €",
  html: "<p>Thank you</p>",
  "h:Reply-To": "help@acme.test",
  "h:X-Shop": "one",
  "o:tag": ["receipt", "shop"],
  "v:message_id": "msg_1",
  attachment: [{ filename: "ä \"1\".txt", data: Buffer.from("hello") }],
  inline: [{ filename: "logo.png", data: Buffer.from([1, 2, 3]) }],
  ...over,
});
const send = (over, domain = "mg.acme.test") => mg.messages.create(domain, mail(over));
const refused = async (promise, status, details) => {
  const error = await promise.then(() => assert.fail("was accepted"), (e) => e);
  assert.equal(error.status, status, error.message);
  assert.match(error.details, details);
};

const sent = await send();
assert.equal(sent.status, 200);
assert.match(sent.id, /^<[0-9a-f-]{36}@mg\.acme\.test>$/);
assert.equal(sent.message, "Queued. Thank you.");
const own = await send({ "h:Message-Id": "<msg_7@mg.acme.test>" });
assert.equal(own.id, "<msg_7@mg.acme.test>");
const found = await mg.events.get("mg.acme.test", { "message-id": "msg_7@mg.acme.test", limit: 1 });
assert.equal(found.items.length, 1);
assert.equal(found.items[0].message.headers["message-id"], "msg_7@mg.acme.test");
assert.equal(found.items[0].recipient, "ann@shop.test");
assert.equal(found.items[0]["user-variables"].message_id, "msg_1");
assert.equal((await mg.events.get("mg.acme.test", { "message-id": "none@x" })).items.length, 0);

await send({ "o:testmode": "yes", subject: "Dry" });
const later = new Date(Date.now() + 3_600_000).toUTCString();
await send({ "o:deliverytime": later, subject: "Later" });

await refused(send({ to: ["nobody"] }), 400, /'to' parameter is not a valid address/);
await refused(send({ text: undefined, html: undefined }), 400, /Need at least one of 'text'/);
await refused(send({}, "unverified.test"), 403, /is not allowed to send/);
await refused(send({}, "missing.test"), 404, /Domain not found/);
const wrong = mailgun.client({ username: "someone", key: "any", url });
await refused(wrong.messages.create("mg.acme.test", mail()), 401, /Forbidden/);

const fault = (status) => fetch(`${url}/_sandbox/faults`,
  { method: "PUT", body: JSON.stringify({ kind: "status", status, count: 1 }) });
for (const status of [401, 429, 500, 503]) {
  await fault(status);
  await refused(send(), status, /./);
}
console.log("mailgun ok");
