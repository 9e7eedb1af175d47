package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Journal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Where a provider's webhooks go, as it was told by its API or by the control call. Each is an
/// object with an `id`, a `url` and whatever its provider needs.
final class HookEndpoints {
  /// More than any provider takes.
  static final int ENDPOINTS_MAX = 200;

  private static final String KEY = "endpoint/";

  private final Journal journal;
  private final Map<String, ObjectNode> endpoints = new LinkedHashMap<>();

  /// Takes back what an earlier run kept.
  HookEndpoints(Journal journal) {
    this.journal = journal;
    endpoints.putAll(journal.take(KEY));
  }

  /// Adds an endpoint, or replaces the one with its id.
  synchronized void put(ObjectNode endpoint) {
    String id = endpoint.path("id").asString();
    if (!endpoints.containsKey(id) && endpoints.size() >= ENDPOINTS_MAX) {
      throw new ProviderRefusal(422, "0", "There are too many webhooks.");
    }
    endpoints.put(id, endpoint.deepCopy());
    journal.put(KEY + id, endpoint);
  }

  synchronized Optional<ObjectNode> find(String id) {
    return Optional.ofNullable(endpoints.get(id)).map(ObjectNode::deepCopy);
  }

  /// In the order in which they came.
  synchronized List<ObjectNode> list() {
    List<ObjectNode> all = new ArrayList<>();
    endpoints.values().forEach(each -> all.add(each.deepCopy()));
    return all;
  }

  synchronized boolean isEmpty() {
    return endpoints.isEmpty();
  }

  synchronized void remove(String id) {
    if (endpoints.remove(id) != null) {
      journal.remove(KEY + id);
    }
  }
}
