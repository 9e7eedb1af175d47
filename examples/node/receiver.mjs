// Hears events with nothing but Node.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const BODY_MAX = 1 << 20;
const TOLERANCE_SECONDS = 300;
const keys = process.env.TENON_WEBHOOK_SECRET.split(",").map((secret) =>
  Buffer.from(secret.replace(/^whsec_/, ""), "base64"),
);

// Belongs into your database: events come at least once.
const seen = new Set();

function isSigned(headers, body) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!/^\d{1,12}$/.test(timestamp) || age > TOLERANCE_SECONDS) return false;
  return keys.some((key) => {
    const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
    return (headers["webhook-signature"] ?? "").split(" ", 16).some((one) => {
      const given = one.startsWith("v1,") ? Buffer.from(one.slice(3), "base64") : Buffer.alloc(0);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  });
}

async function read(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > BODY_MAX) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function receive(request) {
  const body = await read(request);
  if (body === null) return 413;
  // The raw bytes: parsed and written again they have another signature.
  if (!isSigned(request.headers, body)) {
    console.log("refused");
    return 401;
  }
  const event = JSON.parse(body);
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
