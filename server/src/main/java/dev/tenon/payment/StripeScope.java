package dev.tenon.payment;

import dev.tenon.connection.ConnectedAccount;
import dev.tenon.connection.ConnectedAccounts;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionPurpose;
import dev.tenon.db.EngineTx;
import dev.tenon.lane.Applied;
import dev.tenon.lane.WaitingFact;
import dev.tenon.tenant.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/// Which connection facts are for, by what the event says of its mode and account.
///
/// Test and live data never mix: a live endpoint of a Connect platform also hears of its accounts'
/// test data (docs.stripe.com/connect/webhooks), so what is of the other mode is kept and answered
/// as stored, and nothing follows from it.
final class StripeScope {
  /// Facts of one connection.
  ///
  /// @param owner whose connection it is
  record Group(TenantId owner, Place place, List<StripeFact.Reading> facts) {}

  private final TenantId owner;
  private final UUID connection;
  private final Map<UUID, Applied> results;
  private final List<StripeFact.Reading> here = new ArrayList<>();
  private final Map<ConnectedAccounts.Key, List<WaitingFact>> connected = new LinkedHashMap<>();

  /// @param results gets those of facts from which nothing follows
  StripeScope(TenantId owner, UUID connection, Map<UUID, Applied> results) {
    this.owner = owner;
    this.connection = connection;
    this.results = results;
  }

  List<Group> sort(EngineTx tx, List<WaitingFact> facts) {
    Optional<ConnectionPurpose> purpose = ConnectedAccounts.purpose(tx, connection);
    for (WaitingFact fact : facts) {
      switch (StripeFact.read(connection, fact)) {
        case StripeFact.Reading.Nothing(String reason) ->
            results.put(fact.id(), new Applied.Ignored(reason));
        case StripeFact.Reading.Thin thin -> place(purpose, fact, thin, thin.tree());
        case StripeFact.Reading.Told told -> place(purpose, fact, told, told.fact().tree());
      }
    }
    List<Group> groups = new ArrayList<>();
    if (!here.isEmpty()) {
      // Every connection is for some environment; what comes of one that isn't there is not real.
      Connection.Environment environment =
          purpose.map(ConnectionPurpose::environment).orElse(Connection.Environment.DEVELOPMENT);
      groups.add(new Group(owner, new Place(connection, environment), here));
    }
    if (!connected.isEmpty()) {
      groups.addAll(acting(tx));
    }
    return groups;
  }

  private void place(
      Optional<ConnectionPurpose> purpose,
      WaitingFact fact,
      StripeFact.Reading reading,
      JsonNode event) {
    String account = event.path("account").asString(event.path("context").asString(""));
    boolean live =
        event.path("livemode").asBoolean(purpose.map(ConnectionPurpose::live).orElse(false));
    if (owner.equals(TenantId.PLATFORM)
        && !account.isEmpty()
        && !purpose.map(ConnectionPurpose::account).orElse("").equals(account)) {
      connected
          .computeIfAbsent(new ConnectedAccounts.Key(account, live), _ -> new ArrayList<>())
          .add(fact);
    } else if (purpose.isPresent() && live != purpose.get().live()) {
      results.put(
          fact.id(),
          new Applied.Ignored(
              "it is of %s mode, and the connection is for %s"
                  .formatted(
                      live ? "live" : "test",
                      purpose.get().environment().name().toLowerCase(java.util.Locale.ROOT))));
    } else if (purpose.isPresent()
        && !purpose.get().account().isEmpty()
        && !account.isEmpty()
        && !account.equals(purpose.get().account())) {
      results.put(
          fact.id(),
          new Applied.Ignored(
              "it is about the account %s, and the connection acts for %s"
                  .formatted(PlainText.id(account), purpose.get().account())));
    } else {
      here.add(reading);
    }
  }

  /// The facts of connected accounts that came to the platform's endpoint before anybody acted for
  /// them, for the connections that do now.
  private List<Group> acting(EngineTx tx) {
    Set<String> accounts = new TreeSet<>();
    connected.keySet().forEach(key -> accounts.add(key.account()));
    Map<ConnectedAccounts.Key, ConnectedAccount> found =
        ConnectedAccounts.of(tx, "stripe", accounts);
    Map<UUID, Group> groups = new HashMap<>();
    connected.forEach(
        (key, facts) -> {
          ConnectedAccount acting = found.get(key);
          if (acting == null) {
            facts.forEach(fact -> results.put(fact.id(), new Applied.Unassigned(nobody(key))));
            return;
          }
          UUID there = acting.connection().uuid();
          Group group =
              groups.computeIfAbsent(
                  there,
                  _ ->
                      new Group(
                          acting.tenant(),
                          new Place(there, acting.environment()),
                          new ArrayList<>()));
          facts.forEach(fact -> group.facts().add(StripeFact.read(there, fact)));
        });
    return List.copyOf(groups.values());
  }

  private static String nobody(ConnectedAccounts.Key key) {
    return "no tenant's connection, or more than one's, acts for the account %s in %s mode"
        .formatted(PlainText.id(key.account()), key.live() ? "live" : "test");
  }
}
