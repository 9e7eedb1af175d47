package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import tools.jackson.databind.node.ObjectNode;

/// The accounts that are connected to this one (docs.stripe.com/api/accounts), ready to be paid
/// from the start: nobody has to prove here who he is.
final class Accounts {
  static final String TYPE = "account";

  /// The id of the platform's own.
  static final String OWN = "acct_sandbox";

  private final Objects objects;

  Accounts(Objects objects) {
    this.objects = objects;
  }

  ObjectNode create(Call call) {
    Params params = allow(call.params());
    ObjectNode account = shape(objects.id("acct_").substring(0, 21));
    account.put("type", params.oneOf("type", "standard", "standard", "express", "custom"));
    account.put("country", params.text("country").isEmpty() ? "US" : params.text("country"));
    set(account, params);
    return objects.add(account);
  }

  private ObjectNode shape(String id) {
    return objects.shape(
        TYPE,
        id,
        """
        {"business_profile": null, "business_type": null, "capabilities": {},
         "charges_enabled": true, "controller": {"type": "application"},
         "default_currency": "usd", "details_submitted": true, "email": null, "metadata": {},
         "payouts_enabled": true}
        """);
  }

  ObjectNode update(Call call) {
    ObjectNode account = objects.get(TYPE, call.id());
    set(account, allow(call.params()));
    return account;
  }

  ObjectNode get(Call call) {
    return call.id().equals(OWN) ? own(call) : objects.get(TYPE, call.id());
  }

  /// `GET /v1/account`: the account that is asked.
  ObjectNode own(Call call) {
    ObjectNode account = shape(call.account().isEmpty() ? OWN : call.account());
    account.put("type", "standard");
    account.put("country", "US");
    return account;
  }

  ObjectNode list(Call call) {
    Params params = call.params().allow("created", "limit", "starting_after", "ending_before");
    return objects.page(TYPE, "/v1/accounts", params, _ -> true);
  }

  ObjectNode delete(Call call) {
    objects.get(TYPE, call.id());
    objects.remove(TYPE, call.id());
    ObjectNode answer = Json.object();
    answer.put("id", call.id());
    answer.put("object", TYPE);
    answer.put("deleted", true);
    return answer;
  }

  private static Params allow(Params params) {
    return params.allow(
        "business_profile",
        "business_type",
        "capabilities",
        "controller",
        "country",
        "default_currency",
        "email",
        "metadata",
        "type");
  }

  private static void set(ObjectNode account, Params params) {
    params.copyTexts(account, "business_type", "default_currency", "email");
    params.mergeMetadata(account);
  }
}
