// What many teams write by hand: verify with Stripe's SDK, upsert in one transaction, then answer.
// A pool of ten connections, as `pg` makes by default. The baseline of `./tenon bench ingest`.
import http from 'node:http'
import pg from 'pg'
import Stripe from 'stripe'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const stripe = new Stripe('sk_test_unused')
const secret = process.env.WEBHOOK_SECRET

await pool.query(`create table if not exists node_event (
  id text primary key, type text not null, body jsonb not null, received_at timestamptz not null)`)
await pool.query(`create table if not exists node_subscription (
  id text primary key, customer text, status text, price text, period_end timestamptz,
  as_of timestamptz not null)`)
await pool.query(`create table if not exists node_payment (
  id text primary key, subscription text, amount bigint, currency text, paid_at timestamptz)`)

async function apply(client, event) {
  const object = event.data.object
  if (object.object === 'subscription') {
    const item = object.items.data[0]
    await client.query(
      `insert into node_subscription (id, customer, status, price, period_end, as_of)
       values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6))
       on conflict (id) do update set status = excluded.status, price = excluded.price,
         period_end = excluded.period_end, as_of = excluded.as_of
       where node_subscription.as_of <= excluded.as_of`,
      [object.id, object.customer, object.status, item.price.id, item.current_period_end, event.created])
  } else if (object.object === 'invoice') {
    await client.query(
      `insert into node_payment (id, subscription, amount, currency, paid_at)
       values ($1, $2, $3, $4, to_timestamp($5)) on conflict (id) do nothing`,
      [object.id, object.parent.subscription_details.subscription, object.amount_paid,
        object.currency, event.created])
  }
}

async function receive(body, signature) {
  const event = stripe.webhooks.constructEvent(body, signature, secret)
  const client = await pool.connect()
  try {
    await client.query('begin')
    const stored = await client.query(
      `insert into node_event (id, type, body, received_at) values ($1, $2, $3, now())
       on conflict (id) do nothing`, [event.id, event.type, body.toString('utf8')])
    if (stored.rowCount === 1) {
      await apply(client, event)
    }
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

const server = http.createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', async () => {
    let status = 200
    try {
      await receive(Buffer.concat(chunks), request.headers['stripe-signature'])
    } catch (error) {
      status = error.type === 'StripeSignatureVerificationError' ? 400 : 500
    }
    const answer = '{"received":true}'
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': answer.length })
    response.end(answer)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
