package dev.tenon.email;

import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Many messages with the same words, or from the same template with data of each recipient's own.
/// Without files, cc and bcc.
public record SendBatch(
    @About("1 to 1,000; each becomes a message of its own.") List<BatchItem> messages,
    @About("One of the tenant's senders; the default one where it is left out.")
        @Nullable String from,
    @Nullable List<String> replyTo,
    @Nullable String template,
    @About("Variables for all; those of a message go before.") @Nullable Map<String, Object> data,
    @About("As for a message; that of a message goes before.") @Nullable String language,
    @Nullable String subject,
    @Nullable String html,
    @Nullable String text,
    @About("`outbound` where it is left out.") @Nullable String messageStream,
    @About("The same as `message_stream`, by its short name.") @Nullable String stream,
    @About("A provider's name, or a connection's id: it is used alone, without fallback.")
        @Nullable String provider,
    @About("`at_most_once` (never risk a second mail) where it is left out, or `at_least_once`.")
        MessageViews.@Nullable Policy policy,
    @About("For all; those of a message go before.") @Nullable Map<String, String> headers,
    @About("For all, where a message has none of its own.") @Nullable List<String> tags,
    @About("For all; that of a message goes before.") @Nullable Map<String, String> metadata,
    @About("`bulk` on the stream `broadcast`, `normal` on any other where it is left out.")
        @Nullable MailPriority priority,
    @About("From when on they are sent, up to 30 days ahead; at once where it is left out.")
        @Nullable Instant sendAt) {
  static final int MESSAGES_MAX = 1_000;

  /// What is the same for all, so that a problem with it is one with all.
  private static final Set<String> COMMON =
      Set.of(
          "from",
          "provider",
          "template",
          "stream",
          "message_stream",
          "priority",
          "policy",
          "send_at");

  /// One of them.
  public record BatchItem(
      @About("`ada@example.org` or `Ada <ada@example.org>`.") String to,
      @About("The template's variables.") @Nullable Map<String, Object> data,
      @Nullable String language,
      @Nullable Map<String, String> headers,
      @Nullable List<String> tags,
      @Nullable Map<String, String> metadata) {}

  private static final Set<String> WORDS = Set.of("subject", "html", "text", "message");

  /// Whether a problem with one message is one with all of them.
  boolean isCommon(ProblemException problem) {
    String field = problem.param();
    return COMMON.contains(field)
        || field.startsWith("reply_to")
        || (template == null && WORDS.contains(field));
  }

  /// The messages, as if each was asked for by itself. Throws [ProblemException] when there are
  /// none, or too many.
  List<SendMessage> each() {
    if (messages.isEmpty() || messages.size() > MESSAGES_MAX) {
      throw ProblemException.invalidField(
          "messages", "1 to %d messages in one request.".formatted(MESSAGES_MAX));
    }
    List<SendMessage> each = new ArrayList<>(messages.size());
    for (BatchItem one : messages) {
      each.add(
          new SendMessage(
              one.to(),
              null,
              null,
              null,
              replyTo,
              from,
              template,
              over(data, one.data()),
              one.language() == null ? language : one.language(),
              subject,
              html,
              text,
              messageStream,
              stream,
              provider,
              policy,
              headers(headers, one.headers()),
              one.tags() == null ? tags : one.tags(),
              over(metadata, one.metadata()),
              priority,
              sendAt,
              null));
    }
    return each;
  }

  /// One name in another case is the same header.
  private static @Nullable Map<String, String> headers(
      @Nullable Map<String, String> all, @Nullable Map<String, String> own) {
    if (all == null || own == null) {
      return all == null ? own : all;
    }
    Map<String, String> both = new LinkedHashMap<>(all);
    both.keySet().removeIf(name -> own.keySet().stream().anyMatch(name::equalsIgnoreCase));
    both.putAll(own);
    return both;
  }

  private static <V> @Nullable Map<String, V> over(
      @Nullable Map<String, V> all, @Nullable Map<String, V> own) {
    if (all == null || own == null) {
      return all == null ? own : all;
    }
    Map<String, V> both = new HashMap<>(all);
    both.putAll(own);
    return both;
  }
}
