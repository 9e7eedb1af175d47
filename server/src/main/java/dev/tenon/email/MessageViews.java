package dev.tenon.email;

import dev.tenon.http.About;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
      @About(
              "Whom the provider will not deliver to, whether or not it took the message for others.")
          List<String> refusedRecipients,
      @About("Whether it was made although an earlier one may have sent the message.")
          boolean mayBeSecond,
      Instant startedAt,
      @Nullable Instant endedAt) {}

  /// What became of it for one recipient.
  public record RecipientView(
      @About("In lower case; null for what was reported without saying whom it is about.")
          @Nullable String address,
      @About(
              "`suppressed` (left out, since on the suppression list), `refused` (by the provider, whether"
                  + " or not it took the message for others), or as reported: `sent`, `deferred`, `rejected`, `delivered`,"
                  + " `bounced`, `complained`; null while nothing is known.")
          @Nullable String outcome,
      @About("Counted up to 20.") int opens,
      @About("Counted up to 20.") int clicks,
      boolean unsubscribed) {}

  /// One thing that a provider reported.
  public record ReportView(
      @About(
              "`queued`, `sent`, `rejected`, `failed`, `bounced`, `deferred`, `delivered`,"
                  + " `autoresponded`, `opened`, `clicked`, `complained`, `unsubscribed`,"
                  + " `subscribed` or `unknown`.")
          String kind,
      @About("The provider's own word for it.") String name,
      @About(
              "`none`, `invalid`, `bounced`, `timed_out`, `blocked`, `spam`, `unsubscribed` or"
                  + " `other`.")
          String cause,
      @About("Whether the address takes no mail from now on.") boolean lasting,
      @About("Null where it is not certain who.") @Nullable String recipient,
      @About("What the receiving server or the provider said.") String detail,
      String provider,
      String connection,
      @About("The fact that it came as.") String fact,
      Instant occurredAt) {}

  /// A file of a message, without what is in it.
  public record FileView(
      String name,
      String contentType,
      int bytes,
      @About("Of a picture that the HTML shows; null for an ordinary attachment.")
          @Nullable String contentId) {}

  /// A message in the API.
  public record MessageView(
      String id,
      String state,
      String to,
      List<String> cc,
      List<String> bcc,
      List<String> replyTo,
      String from,
      String subject,
      @Nullable String template,
      String stream,
      @About("Headers of its own.") Map<String, String> headers,
      List<String> tags,
      Map<String, String> metadata,
      @About("Names and sizes of its files.") List<FileView> files,
      @About("The connection that it goes through alone, where one was named.")
          @Nullable String connection,
      @About("The message that this one is a second sending of.") @Nullable String resentOf,
      String policy,
      @About("`high`, `normal` or `bulk`.") String priority,
      @About("Who really sent it; null until somebody did.") @Nullable String provider,
      @Nullable String providerMessageId,
      @About("Why it is in its state, in words.") @Nullable String reason,
      @About("Whether it was sent although an earlier sending may have been accepted.")
          boolean possibleDuplicate,
      @About("Oldest first; only when one message is got.") @Nullable List<AttemptView> attempts,
      @About("What became of it for each; only when one message is got.")
          @Nullable List<RecipientView> recipients,
      @About("What providers reported, by its time, at most 200; only when one message is got.")
          @Nullable List<ReportView> reports,
      @About("When it is tried or asked about next; null when nothing follows by itself.")
          @Nullable Instant nextTryAt,
      Instant createdAt,
      @About("From when on it is sent; null for at once.") @Nullable Instant sendAt,
      @Nullable Instant sentAt) {}
}
