package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;

/// One API call as it is being answered.
///
/// @param id the object in the path; empty where there is none
/// @param params query and body together
/// @param requestId what the answer carries as `Request-Id`
/// @param idempotencyKey as the caller sent it, or empty
/// @param account the `Stripe-Account` header, or empty
record Call(String id, Params params, String requestId, String idempotencyKey, String account) {
  /// For what happens without an API call: someone pays on the hosted page, time passes.
  static final Call NONE = new Call("", new Params(Json.object(), ""), "", "", "");
}
