package dev.tenon.connector.stripe;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads [StripeEvent] from a stream of tokens. One object reads one body.
final class EventParser {
  private static final int DEPTH_MAX = 64;
  private static final int TEXT_CHARS_MAX = 255;
  private static final Set<String> MONEY_BACK = Set.of("charge", "dispute", "refund");
  private static final long SECONDS_MAX = 253_402_300_799L; // the end of the year 9999
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(64)
                  .maxNameLength(1000)
                  .maxStringLength(2_000_000)
                  .build())
          .build();

  private final JsonParser json;

  private String id = "";
  private String type = "";
  private String kind = "";
  private String apiVersion = "";
  private String account = "";
  private String context = "";
  private @Nullable Instant created;
  private boolean livemode;
  private boolean sawObject;

  private String subjectId = "";
  private String subjectObject = "";
  private String customer = "";
  private String customerAccount = "";
  private String subscription = "";
  private String parentSubscription = "";
  private String invoice = "";
  private String paymentIntent = "";

  private EventParser(JsonParser json) {
    this.json = json;
  }

  static StripeEvent.Reading read(byte[] body) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
      return new StripeEvent.Reading.Read(new EventParser(json).event());
    } catch (Refusal refusal) {
      return new StripeEvent.Reading.Refused(refusal.reason);
    } catch (JacksonException _) {
      return new StripeEvent.Reading.Refused("the body is not one well-formed JSON object");
    }
  }

  private StripeEvent event() {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new Refusal("the body is not a JSON object");
    }
    readEvent();
    if (json.nextToken() != null) {
      throw new Refusal("the body goes on after the JSON object");
    }
    if (id.isEmpty()) {
      throw new Refusal("the event has no id");
    }
    if (type.isEmpty()) {
      throw new Refusal("the event has no type");
    }
    if (created == null) {
      throw new Refusal("the event has no time of creation");
    }
    return new StripeEvent(
        id,
        type,
        created,
        apiVersion,
        account.isEmpty() ? context : account,
        livemode,
        form(),
        subject());
  }

  private StripeEvent.Form form() {
    return switch (kind) {
      case "event" -> sawObject ? StripeEvent.Form.SNAPSHOT : StripeEvent.Form.THIN;
      case "v2.core.event" -> StripeEvent.Form.THIN;
      default -> throw new Refusal("the object is not an event");
    };
  }

  private StripeEvent.Subject subject() {
    String named = subscription.isEmpty() ? parentSubscription : subscription;
    return new StripeEvent.Subject(
        subjectId,
        subjectObject,
        customer.isEmpty() ? customerAccount : customer,
        subjectObject.equals("subscription") ? subjectId : named,
        invoice,
        MONEY_BACK.contains(subjectObject) ? paymentIntent : "");
  }

  private void readEvent() {
    Set<String> seen = new HashSet<>();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "id" -> id = once(seen, name, identifier(name));
        case "type" -> type = once(seen, name, identifier(name));
        case "object" -> kind = once(seen, name, text());
        case "api_version" -> apiVersion = once(seen, name, text());
        case "account" -> account = once(seen, name, identifierOrEmpty());
        case "context" -> context = once(seen, name, identifierOrEmpty());
        case "created" -> created = once(seen, name, time());
        case "livemode" -> livemode = once(seen, name, json.currentToken() == JsonToken.VALUE_TRUE);
        case "data" -> {
          once(seen, name, name);
          readData();
        }
        case "related_object" -> {
          once(seen, name, name);
          readRelatedObject();
        }
        default -> json.skipChildren();
      }
    }
  }

  private void readData() {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    Set<String> seen = new HashSet<>();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken token = json.nextToken();
      if (name.equals("object") && token == JsonToken.START_OBJECT) {
        once(seen, name, name);
        sawObject = true;
        readObject();
      } else {
        json.skipChildren();
      }
    }
  }

  private void readObject() {
    Set<String> seen = new HashSet<>();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "id" -> subjectId = once(seen, name, identifierOrEmpty());
        case "object" -> subjectObject = once(seen, name, text());
        case "customer" -> customer = once(seen, name, reference());
        case "customer_account" -> customerAccount = once(seen, name, reference());
        case "subscription" -> subscription = once(seen, name, reference());
        case "invoice" -> invoice = once(seen, name, reference());
        case "payment_intent" -> paymentIntent = once(seen, name, reference());
        case "parent" -> parentSubscription = once(seen, name, inside("subscription_details"));
        default -> json.skipChildren();
      }
    }
  }

  /// The subscription named in an invoice's `parent.subscription_details` (since 2025-03-31).
  private String inside(String details) {
    String found = "";
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return found;
    }
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken token = json.nextToken();
      if (name.equals(details) && token == JsonToken.START_OBJECT) {
        found = field("subscription");
      } else {
        json.skipChildren();
      }
    }
    return found;
  }

  private void readRelatedObject() {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    Set<String> seen = new HashSet<>();
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      switch (name) {
        case "id" -> subjectId = once(seen, name, identifierOrEmpty());
        case "type" -> subjectObject = once(seen, name, text());
        default -> json.skipChildren();
      }
    }
  }

  /// An id, or the id inside the object that was expanded in its place.
  private String reference() {
    return json.currentToken() == JsonToken.START_OBJECT ? field("id") : identifierOrEmpty();
  }

  /// Reads the current object to its end and answers one reference in it.
  private String field(String wanted) {
    String found = "";
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      json.nextToken();
      if (name.equals(wanted)) {
        found = reference();
      } else {
        json.skipChildren();
      }
    }
    return found;
  }

  /// What the event can't be kept without.
  private String identifier(String name) {
    String value = identifierOrEmpty();
    if (value.isEmpty()) {
      throw new Refusal("the event's " + name + " is not an id or is too long");
    }
    return value;
  }

  /// An id; empty for what can't be one, so that an odd reference doesn't cost the event.
  private String identifierOrEmpty() {
    String value = text();
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) <= ' ' || value.charAt(i) > '~') {
        return "";
      }
    }
    return value;
  }

  /// A text; empty for null, for any other type, and for one that is longer than Stripe's ever are.
  private String text() {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      json.skipChildren();
      return "";
    }
    String value = json.getString();
    return value.length() > TEXT_CHARS_MAX ? "" : value;
  }

  /// Unix seconds in v1, RFC 3339 in v2, of the years 1970 to 9999: `Instant` reads years of ten
  /// digits, which no database holds.
  private Instant time() {
    Instant time;
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      time = Instant.ofEpochSecond(within(json.getLongValue()));
    } else {
      try {
        time = Instant.parse(text());
      } catch (DateTimeException _) {
        throw new Refusal("the event's time of creation is not a time");
      }
    }
    long _ = within(time.getEpochSecond());
    return time;
  }

  private static long within(long seconds) {
    if (seconds < 0 || seconds > SECONDS_MAX) {
      throw new Refusal("the event's time of creation is not in the years 1970 to 9999");
    }
    return seconds;
  }

  /// Which of two values a reader takes differs by library, so one that says a thing twice could
  /// mean one to us and another to the next reader.
  private static <T> T once(Set<String> seen, String name, T value) {
    if (!seen.add(name)) {
      throw new Refusal("the field " + name + " stands there twice");
    }
    return value;
  }

  /// Ends the reading from any depth. Carries no stack trace: bad bodies are ordinary.
  private static final class Refusal extends RuntimeException {
    @java.io.Serial private static final long serialVersionUID = 1L;

    private final String reason;

    Refusal(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }
  }
}
