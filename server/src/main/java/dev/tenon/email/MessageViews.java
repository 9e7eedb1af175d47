package dev.tenon.email;

import dev.tenon.http.About;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Messages in the API.
final class MessageViews {
  private MessageViews() {}

  /// What to do when nobody knows whether a mail was sent.
  public enum Policy {
    AT_MOST_ONCE,
    AT_LEAST_ONCE
  }

  /// As the database has it.
  static String policy(@Nullable Policy given, String otherwise) {
    return given == null ? otherwise : given.name().toLowerCase(Locale.ROOT);
  }

  /// How a message is to be sent once more.
  public record ResendMessage(@Nullable Policy policy) {}

  /// One try at one provider.
  public record AttemptView(
      int number,
      String provider,
      String connection,
      @About("`sending`, or `looking` when the provider was only asked.") String kind,
      String outcome,
      @Nullable Integer status,
      @Nullable String code,
      @About("What the provider said.") @Nullable String detail,
      @About("Why this was tried.") @Nullable String decision,
      @Nullable String requestId,
      @Nullable String providerMessageId,
      @About("Whom the provider will not deliver to, although it took the message for the others.")
          List<String> refusedRecipients,
      Instant startedAt,
      @Nullable Instant endedAt) {}

  /// A message in the API.
  public record MessageView(
      String id,
      String state,
      String to,
      String from,
      String subject,
      @Nullable String template,
      String stream,
      String policy,
      @About("Who really sent it; null until somebody did.") @Nullable String provider,
      @Nullable String providerMessageId,
      @About("Why it is in its state, in words.") @Nullable String reason,
      @About("Oldest first; only when one message is got.") @Nullable List<AttemptView> attempts,
      @About("When it is tried or asked about next; null when nothing follows by itself.")
          @Nullable Instant nextTryAt,
      Instant createdAt,
      @Nullable Instant sentAt) {}
}
