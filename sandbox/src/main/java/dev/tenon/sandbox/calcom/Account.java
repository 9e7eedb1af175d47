package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The one account that there is: its host, event types, bookings and webhooks. Calls run one at a
/// time. All is in the journal before the answer.
final class Account {
  static final String USERNAME = "pro";
  static final String EMAIL = "pro@host.test";
  private static final String UID_CHARS =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789";
  private static final int OBJECTS_MAX = 20_000;

  final SimulatorContext context;
  private final ReentrantLock lock = new ReentrantLock();
  private final SecureRandom random = new SecureRandom();
  private final Map<String, ObjectNode> eventTypes;
  private final Map<String, ObjectNode> bookings;
  private final Map<String, ObjectNode> webhooks;
  private final ObjectNode settings;

  /// The kinds of objects, by the beginning of their keys in the journal.
  enum Kind {
    EVENT_TYPE("event-type/"),
    BOOKING("booking/"),
    WEBHOOK("webhook/");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }
  }

  Account(SimulatorContext context) {
    this.context = context;
    Journal journal = context.journal();
    eventTypes = new LinkedHashMap<>(journal.take(Kind.EVENT_TYPE.prefix));
    bookings = new LinkedHashMap<>(journal.take(Kind.BOOKING.prefix));
    webhooks = new LinkedHashMap<>(journal.take(Kind.WEBHOOK.prefix));
    ObjectNode kept = new HashMap<>(journal.take("settings")).get("");
    settings = kept == null ? fresh() : kept;
  }

  private static ObjectNode fresh() {
    ObjectNode made = Json.object();
    made.put("next", 1);
    made.put("timeZone", "Europe/Berlin");
    made.put("from", 9);
    made.put("to", 17);
    made.putArray("days").add(1).add(2).add(3).add(4).add(5);
    return made;
  }

  <T> T run(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  private Map<String, ObjectNode> all(Kind kind) {
    return switch (kind) {
      case EVENT_TYPE -> eventTypes;
      case BOOKING -> bookings;
      case WEBHOOK -> webhooks;
    };
  }

  /// Copies of all of a kind, the oldest first.
  List<ObjectNode> list(Kind kind) {
    return new ArrayList<>(all(kind).values().stream().map(ObjectNode::deepCopy).toList());
  }

  @Nullable ObjectNode find(Kind kind, String id) {
    ObjectNode found = all(kind).get(id);
    return found == null ? null : found.deepCopy();
  }

  ObjectNode get(Kind kind, String id) {
    ObjectNode found = find(kind, id);
    if (found == null) {
      throw CalcomError.notFound(
          switch (kind) {
            case EVENT_TYPE -> "Event type with id=%s not found".formatted(id);
            case BOOKING -> "Booking with uid=%s was not found in the database".formatted(id);
            case WEBHOOK -> "Webhook (%s) not found".formatted(id);
          });
    }
    return found;
  }

  void put(Kind kind, String id, ObjectNode object) {
    if (all(kind).size() >= OBJECTS_MAX && !all(kind).containsKey(id)) {
      throw CalcomError.badRequest("The sandbox holds at most 20000 of these.");
    }
    all(kind).put(id, object.deepCopy());
    context.journal().put(kind.prefix + id, object);
  }

  void remove(Kind kind, String id) {
    all(kind).remove(id);
    context.journal().remove(kind.prefix + id);
  }

  int number() {
    int number = settings.path("next").asInt();
    settings.put("next", number + 1);
    context.journal().put("settings", settings);
    return number;
  }

  String uid() {
    StringBuilder uid = new StringBuilder(22);
    for (int i = 0; i < 22; i++) {
      uid.append(UID_CHARS.charAt(random.nextInt(UID_CHARS.length())));
    }
    return uid.toString();
  }

  ObjectNode settings() {
    return settings.deepCopy();
  }

  /// Changes when the host is there.
  void available(ZoneId zone, int from, int to, List<Integer> days) {
    settings.put("timeZone", zone.getId());
    settings.put("from", from);
    settings.put("to", to);
    var list = settings.putArray("days");
    days.forEach(list::add);
    context.journal().put("settings", settings);
  }

  ZoneId zone() {
    return ZoneId.of(settings.path("timeZone").asString("UTC"));
  }

  Instant now() {
    return context.clock().instant().truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
  }
}
