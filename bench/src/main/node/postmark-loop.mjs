// What most applications do: a loop over the official client with a bound on how many are under way.
// node postmark-loop.mjs URL COUNT. Prints, as JSON, how many were accepted and how long it took.
import { ServerClient } from "postmark";

const url = new URL(process.argv[2]);
const count = Number(process.argv[3]);
const CONCURRENCY = 50;
const client = new ServerClient("pm-any-token", { useHttps: false, requestHost: url.host, timeout: 30 });
let next = 0;
let accepted = 0;

async function run(until) {
  while (next < until) {
    const number = next++;
    const answer = await client.sendEmail({
      From: "Bench <hello@bench.test>",
      To: `loop${number}@shop.test`,
      Subject: "Your order is on its way",
      HtmlBody: "<p>Hello, your order is on its way.</p>",
      TextBody: "Hello, your order is on its way.",
      MessageStream: "outbound",
      Metadata: { order: String(number) },
    });
    if (answer.ErrorCode === 0) accepted++;
  }
}

const all = (until) => Promise.all(Array.from({ length: CONCURRENCY }, () => run(until)));
const warm = Math.ceil(count / 5);
await all(warm);
const start = process.hrtime.bigint();
await all(warm + count);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(JSON.stringify({ accepted, all: warm + count, count, seconds }));
