// Hears events with the library of Standard Webhooks.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const BODY_MAX = 1 << 20;
const webhooks = process.env.TENON_WEBHOOK_SECRET.split(",").map((secret) => new Webhook(secret));

// Belongs into your database: events come at least once.
const seen = new Set();

function verify(body, headers) {
  for (const webhook of webhooks) {
    try {
      return webhook.verify(body, headers);
    } catch {
      // Perhaps by another secret.
    }
  }
  return null;
}

async function receive(request) {
  let body = "";
  request.setEncoding("utf8");
  for await (const part of request) {
    body += part;
    if (body.length > BODY_MAX) return 413;
  }
  const event = verify(body, request.headers);
  if (event === null) {
    console.log("refused");
    return 401;
  }
  if (!seen.has(event.id)) {
    seen.add(event.id);
    console.log(event.id, event.type);
  }
  return 204;
}

const server = createServer((request, response) => {
  receive(request)
    .catch(() => 500)
    .then((status) => response.writeHead(status).end());
});
server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}/hooks`),
);
