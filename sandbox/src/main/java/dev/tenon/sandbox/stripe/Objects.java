package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// All objects of the account, by type and id, in the order they were made.
///
/// Objects are changed in place by whoever got them from here, so everything that was handed out is
/// compared when a change ends: [#commit] gives what has to be kept, and [#rollback] puts
/// everything back as it was at the last commit.
///
/// Callers hold the simulator's lock. At most [#OF_ONE_TYPE_MAX] of a type are kept: past that the
/// oldest goes, as if Stripe had archived it.
final class Objects {
  static final int OF_ONE_TYPE_MAX = 20_000;

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  /// Types whose objects never change once they are there, so that nothing is kept to compare.
  private static final Set<String> UNCHANGING = Set.of("event", IdempotencyKeys.TYPE);

  /// What a test clock shows while it governs; else below 0.
  private long frozen = -1;

  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;

  /// What the keys of the journal's lines begin with.
  private final String kept;

  private final Map<String, Map<String, ObjectNode>> byType = new LinkedHashMap<>();

  /// As of the last commit: the text of each object, empty for those that never change.
  private final Map<Key, String> committed = new HashMap<>();

  private final Set<Key> touched = new LinkedHashSet<>();

  /// @param account whose they are; empty for the platform's own account
  Objects(InstantSource clock, String account) {
    this.clock = clock;
    this.kept = account.isEmpty() ? "object/" : "account/" + account + "/object/";
  }

  /// Seconds since 1970, the resolution of every time at Stripe; for what a test clock governs, by
  /// that.
  long now() {
    return frozen >= 0 ? frozen : wall();
  }

  /// The same by the real clock.
  long wall() {
    return clock.instant().getEpochSecond();
  }

  /// Has [#now] be this until [#thaw].
  void freeze(long at) {
    frozen = at;
  }

  void thaw() {
    frozen = -1;
  }

  String id(String prefix) {
    return prefix + token(24);
  }

  String token(int length) {
    StringBuilder token = new StringBuilder();
    for (int i = 0; i < length; i++) {
      token.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return token.toString();
  }

  /// Makes an object from a shape, with id, creation time and livemode set; it is not stored yet.
  ObjectNode shape(String type, String id, String shape) {
    ObjectNode object = Json.object();
    object.put("id", id);
    object.put("object", type);
    object.put("created", now());
    object.put("livemode", false);
    object.setAll(Json.readObject(shape.getBytes(StandardCharsets.UTF_8)));
    return object;
  }

  private record Key(String type, String id) {
    String text() {
      return type + "/" + id;
    }
  }

  ObjectNode add(ObjectNode object) {
    String type = object.path("object").asString();
    Map<String, ObjectNode> all = all(type);
    touch(type, object.path("id").asString());
    all.put(object.path("id").asString(), object);
    if (all.size() > OF_ONE_TYPE_MAX) {
      remove(type, all.keySet().iterator().next());
    }
    return object;
  }

  void remove(String type, String id) {
    touch(type, id);
    all(type).remove(id);
  }

  private void touch(String type, String id) {
    touched.add(new Key(type, id));
  }

  Optional<ObjectNode> find(String type, String id) {
    Optional<ObjectNode> found = Optional.ofNullable(all(type).get(id));
    found.ifPresent(object -> touch(type, id));
    return found;
  }

  /// The object named in the path.
  ObjectNode get(String type, String id) {
    return find(type, id).orElseThrow(() -> StripeError.notFound(type, id));
  }

  /// The object named in a parameter.
  ObjectNode get(String type, String id, String param) {
    return find(type, id).orElseThrow(() -> StripeError.noSuchParam(type, id, param));
  }

  /// Any object, whatever its type.
  Optional<ObjectNode> find(String id) {
    return byType.values().stream()
        .map(all -> all.get(id))
        .filter(java.util.Objects::nonNull)
        .findFirst()
        .map(
            object -> {
              touch(object.path("object").asString(), id);
              return object;
            });
  }

  List<ObjectNode> list(String type) {
    if (!UNCHANGING.contains(type)) {
      all(type).keySet().forEach(id -> touch(type, id));
    }
    return List.copyOf(all(type).values());
  }

  /// One page, newest first, as Stripe's list object.
  ObjectNode page(String type, String url, Params params, Predicate<ObjectNode> filter) {
    return page(List.copyOf(all(type).values()).reversed(), url, params, filter);
  }

  ObjectNode page(
      List<ObjectNode> newestFirst, String url, Params params, Predicate<ObjectNode> filter) {
    int limit = (int) params.integer("limit", 10, 1, 100);
    String after = params.text("starting_after");
    String before = params.text("ending_before");
    if (!after.isEmpty() && !before.isEmpty()) {
      throw StripeError.invalid(
          "starting_after", "You cannot give both starting_after and ending_before.");
    }
    Predicate<ObjectNode> created = created(params);
    List<ObjectNode> matching = newestFirst.stream().filter(filter.and(created)).toList();
    int from = 0;
    int to = matching.size();
    if (!after.isEmpty()) {
      from = index(newestFirst, matching, after, "starting_after") + 1;
    }
    if (!before.isEmpty()) {
      to = index(newestFirst, matching, before, "ending_before");
    }
    boolean hasMore = to - from > limit;
    // With ending_before the page is the one next to the cursor, not the newest.
    List<ObjectNode> page =
        !hasMore
            ? matching.subList(Math.min(from, to), to)
            : before.isEmpty()
                ? matching.subList(from, from + limit)
                : matching.subList(to - limit, to);
    ObjectNode list = Json.object();
    list.put("object", "list");
    list.put("url", url);
    list.put("has_more", hasMore);
    list.putArray("data").addAll(new ArrayList<>(page));
    return list;
  }

  private static int index(
      List<ObjectNode> all, List<ObjectNode> matching, String id, String param) {
    for (int i = 0; i < matching.size(); i++) {
      if (matching.get(i).path("id").asString().equals(id)) {
        return i;
      }
    }
    String type = all.isEmpty() ? "object" : all.getFirst().path("object").asString();
    throw StripeError.noSuchParam(type, id, param);
  }

  private static Predicate<ObjectNode> created(Params params) {
    if (params.fields().path("created").isString()) {
      long at = params.integer("created", 0, 0, Long.MAX_VALUE);
      return object -> object.path("created").asLong() == at;
    }
    return params
        .object("created")
        .<Predicate<ObjectNode>>map(
            range -> {
              range.allow("gt", "gte", "lt", "lte");
              long above = range.integer("gt", -1, 0, Long.MAX_VALUE);
              long from = range.integer("gte", 0, 0, Long.MAX_VALUE);
              long below = range.integer("lt", Long.MAX_VALUE, 0, Long.MAX_VALUE);
              long until = range.integer("lte", Long.MAX_VALUE, 0, Long.MAX_VALUE);
              return object -> {
                long at = object.path("created").asLong();
                return at > above && at >= from && at < below && at <= until;
              };
            })
        .orElse(object -> true);
  }

  private Map<String, ObjectNode> all(String type) {
    return byType.computeIfAbsent(type, t -> new LinkedHashMap<>());
  }

  /// Ends a change that stays, and answers what to keep of it.
  List<Journal.Line> commit() {
    List<Journal.Line> lines = new ArrayList<>();
    for (Key key : touched) {
      @Nullable ObjectNode object = all(key.type).get(key.id);
      @Nullable String before = committed.get(key);
      if (object == null) {
        if (committed.remove(key) != null) {
          lines.add(new Journal.Line(kept + key.text(), null));
        }
      } else if (before == null || !UNCHANGING.contains(key.type)) {
        String text = Json.write(object);
        if (!text.equals(before)) {
          committed.put(key, UNCHANGING.contains(key.type) ? "" : text);
          lines.add(new Journal.Line(kept + key.text(), text));
        }
      }
    }
    touched.clear();
    return lines;
  }

  /// Ends a change that was refused: nothing of it stays.
  void rollback() {
    for (Key key : touched) {
      @Nullable String before = committed.get(key);
      @Nullable ObjectNode object = all(key.type).get(key.id);
      if (before == null) {
        all(key.type).remove(key.id);
      } else if (!UNCHANGING.contains(key.type)) {
        ObjectNode restored = Json.readObject(before.getBytes(StandardCharsets.UTF_8));
        if (object == null) {
          all(key.type).put(key.id, restored);
        } else {
          object.removeAll();
          object.setAll(restored);
        }
      }
    }
    touched.clear();
  }

  /// A copy of all, by type.
  ObjectNode copy() {
    ObjectNode state = Json.object();
    byType.forEach(
        (type, all) -> {
          if (!all.isEmpty()) {
            state.putArray(type).addAll(all.values());
          }
        });
    return state.deepCopy();
  }

  /// Takes back what an earlier run kept.
  void load(Journal journal) {
    journal.take(kept).values().forEach(this::add);
    List<Journal.Line> _ = commit();
  }
}
