// nodemailer against the sandbox's mail server: node smtp.mjs PORT
import assert from "node:assert/strict";
import nodemailer from "nodemailer";

const port = Number(process.argv[2]);
const transport = nodemailer.createTransport({
  host: "127.0.0.1", port, secure: false, ignoreTLS: true, auth: { user: "any", pass: "thing" } });
await transport.verify();
const mail = {
  from: "Acme <billing@acme.test>",
  to: "ann@shop.test, bounce@shop.test",
  bcc: "audit@acme.test",
  subject: "Grüße aus Köln – Ihre Quittung",
  text: ".a line that starts with a dot\n..two dots\n.\nend",
  html: "<p>Grüße</p>",
  attachments: [{ filename: "Rechnung ä.txt", content: "hello" }],
};
const sent = await transport.sendMail(mail);
assert.deepEqual(sent.accepted.sort(), ["ann@shop.test", "audit@acme.test"]);
assert.deepEqual(sent.rejected, ["bounce@shop.test"]);
const error = await transport.sendMail({ ...mail, to: "bounce@shop.test", bcc: undefined })
  .then(() => assert.fail("was accepted"), (e) => e);
assert.equal(error.responseCode, 550);
const login = nodemailer.createTransport({
  host: "127.0.0.1", port, ignoreTLS: true, authMethod: "LOGIN", auth: { user: "a", pass: "b" } });
assert.match((await login.sendMail({ ...mail, to: "two@shop.test" })).response, /^250 2\.0\.0 queued/);
console.log("smtp ok");
