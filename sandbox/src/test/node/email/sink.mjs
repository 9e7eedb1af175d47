// Takes webhooks on a free port, with their headers and exact bytes.
import http from "node:http";

export async function sink() {
  const received = [];
  const waiting = [];
  const wake = () => {
    for (const one of [...waiting]) one();
  };
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      received.push({
        headers: request.headers, path: request.url, body: Buffer.concat(parts).toString("utf8") });
      response.end("taken");
      wake();
    });
  });
  await new Promise((open) => server.listen(0, "127.0.0.1", open));
  return {
    received,
    url: `http://127.0.0.1:${server.address().port}/hook`,
    // What `pick` finds in everything received; waits until it finds something.
    until: (pick, what) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`never came: ${what}; got ${JSON.stringify(received)}`)), 15000);
        const look = () => {
          const found = pick(received);
          if (found === undefined || found === false) return;
          clearTimeout(timer);
          waiting.splice(waiting.indexOf(look), 1);
          resolve(found);
        };
        waiting.push(look);
        look();
      }),
    close: () => server.close(),
  };
}
