package dev.tenon.registration;

import dev.tenon.connection.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is wrong with an endpoint, and what to do about it, a sentence each.
final class EndpointFindings {
  private static final String MEND = " Register it again: that mends it.";

  private EndpointFindings() {}

  /// All there is to say about a connection.
  ///
  /// @param registered whether this server has registered one
  /// @param ours that one as the provider has it; null where it is not there
  /// @param others that send to the same address
  static List<String> all(
      boolean registered,
      EndpointRegistrar.@Nullable Registered ours,
      List<EndpointRegistrar.Registered> others,
      EndpointRegistrar.Needed needed,
      String url) {
    List<String> findings = new ArrayList<>();
    if (ours != null) {
      findings.addAll(of(ours, needed, url));
      others.forEach(
          other ->
              findings.add(
                  "%s sends to the same address. Unless it is for connected accounts, each event comes twice: then remove it at the provider."
                      .formatted(other.id())));
    } else if (registered) {
      findings.add("The endpoint was removed at the provider." + MEND);
    } else if (others.isEmpty()) {
      findings.add("No endpoint sends to this connection. Register one.");
    } else {
      findings.add(
          "%s was made by hand. Register one, which is kept as it has to be; then remove that and its secret, unless it is for connected accounts."
              .formatted(others.getFirst().id()));
      others.forEach(other -> findings.addAll(of(other, needed, url)));
    }
    return findings;
  }

  /// Whether the key is for the world that the connection is for.
  static List<String> mode(Connection.Environment environment, boolean live) {
    boolean production = environment == Connection.Environment.PRODUCTION;
    return production == live
        ? List.of()
        : List.of(
            production
                ? "The connection is for production and its key for test mode: nothing real is paid through it. Give it a live key."
                : "The connection is for %s and its key for live mode: real money moves through it. Give it a test key."
                    .formatted(environment.name().toLowerCase(Locale.ROOT)));
  }

  static List<String> of(
      EndpointRegistrar.Registered one, EndpointRegistrar.Needed needed, String url) {
    List<String> findings = new ArrayList<>();
    if (!one.enabled()) {
      findings.add(
          "%s is disabled at the provider, so nothing comes.%s Then reconcile the time since."
              .formatted(one.id(), MEND));
    }
    if (!one.url().equals(url)) {
      findings.add("%s sends to %s instead of %s.%s".formatted(one.id(), one.url(), url, MEND));
    }
    if (!one.version().equals(needed.version())) {
      findings.add(
          "%s follows the API version %s instead of %s. Register it again: another one takes its place."
              .formatted(
                  one.id(),
                  one.version().isEmpty() ? "of the account" : one.version(),
                  needed.version()));
    }
    boolean all = one.kinds().contains("*");
    Set<String> missing = new TreeSet<>(needed.kinds());
    one.kinds().forEach(missing::remove);
    Set<String> more = new TreeSet<>(one.kinds());
    needed.kinds().forEach(more::remove);
    if (!all && !missing.isEmpty()) {
      findings.add("%s doesn't send %s.%s".formatted(one.id(), String.join(", ", missing), MEND));
    }
    if (!more.isEmpty()) {
      findings.add(
          "%s sends %s, from which nothing follows.%s"
              .formatted(one.id(), all ? "all kinds of events" : String.join(", ", more), MEND));
    }
    return findings;
  }
}
