package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Faults;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Breaks one provider with one click, and mends it.
///
/// @param faults asked when it is needed, since a provider has faults only once it runs
public record ProviderSwitch(Carrier carrier, Supplier<Faults> faults) {

  /// The ways to break a provider.
  public enum Breakage {
    /// Every call answers 503 as a provider in maintenance does, or 421 over SMTP: certainly not
    /// taken, so that a sender may fall back at once.
    DOWN("Break"),
    /// The key is refused: 401, or 535 over SMTP.
    KEY("Refuse the key"),
    /// The mail is taken, then the connection hangs and drops without an answer.
    SILENT("Accept, never answer");

    private final String label;

    Breakage(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }

    /// The word in URLs and JSON.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Breakage> find(String word) {
      return Stream.of(values()).filter(each -> each.word().equals(word)).findAny();
    }

    private Fault fault() {
      return switch (this) {
        case DOWN -> Fault.status(503);
        case KEY -> Fault.status(401);
        case SILENT -> Fault.timeOutAfterAccepting();
      };
    }
  }

  /// Replaces whatever faults the provider has, until [#mend].
  public void breakIt(Breakage breakage) {
    faults.get().set(List.of(breakage.fault()));
  }

  /// Everything works again.
  public void mend() {
    faults.get().clear();
  }

  /// What is wrong now, in words; empty when everything works.
  String trouble() {
    List<String> words =
        faults.get().list().stream()
            .map(
                fault ->
                    switch (fault.kind()) {
                      case STATUS -> "answers " + fault.status();
                      case LATENCY -> "slow by " + fault.duration().toMillis() + " ms";
                      case TIME_OUT_AFTER_ACCEPTING -> "accepts, never answers";
                      case RESET -> "cuts the connection";
                      case DUPLICATE_WEBHOOKS -> "repeats webhooks";
                      case REORDER_WEBHOOKS -> "reorders webhooks";
                      case LOSE_WEBHOOKS -> "loses webhooks";
                    })
            .toList();
    return String.join(", ", words);
  }
}
