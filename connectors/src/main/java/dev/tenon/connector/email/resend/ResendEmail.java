package dev.tenon.connector.email.resend;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Exchanges;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Sends through Resend's `POST /emails`.
///
/// Resend replays its first answer for 24 hours when key and bytes are the same, and refuses the
/// same key with other bytes. So one message always gives the same bytes ([#requestBody]): fields
/// and entries keep their order and nothing comes from clock or chance. A caller that survives
/// upgrades stores those bytes ([#request]) and repeats them with [#sendRequest].
public final class ResendEmail implements EmailProvider {
  /// Where Resend answers.
  public static final URI BASE = URI.create("https://api.resend.com");

  /// What may be sent where nobody says otherwise.
  public static final Set<String> STREAMS = Set.of("outbound", "broadcast");

  /// A margin below Resend's 24 hours, for clocks that differ and calls that take long.
  private static final Duration REPLAY_WINDOW = Duration.ofHours(23).plusMinutes(50);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ProviderHttp http;
  private final URI base;
  private final Secret apiKey;
  private final Set<String> streams;

  /// Resend has no message streams: `streams` are the names that may be sent here, and the name
  /// travels as the tag `stream`; any other is refused. `base` is [#BASE], or a sandbox. `http`
  /// stays the caller's to close.
  public ResendEmail(ProviderHttp http, URI base, Secret apiKey, Set<String> streams) {
    this.http = http;
    this.base = base;
    this.apiKey = apiKey;
    this.streams = Set.copyOf(streams);
  }

  public ResendEmail(ProviderHttp http, URI base, Secret apiKey) {
    this(http, base, apiKey, STREAMS);
  }

  @Override
  public String name() {
    return "resend";
  }

  @Override
  public Settling settling() {
    return new Settling.RepeatWithSameKey(REPLAY_WINDOW);
  }

  @Override
  public boolean carries(String stream) {
    return streams.contains(stream);
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    if (!streams.contains(message.stream())) {
      return EmailProvider.notCarried(message.stream(), "Resend");
    }
    return sendRequest(requestBody(message), idempotencyKey);
  }

  @Override
  public Optional<byte[]> request(EmailMessage message) {
    return streams.contains(message.stream())
        ? Optional.of(requestBody(message))
        : Optional.empty();
  }

  @Override
  public Outcome<Sent> sendRequest(byte[] requestBody, String idempotencyKey) {
    Map<String, String> headers =
        Map.of(
            "Accept", "application/json",
            "Authorization", "Bearer " + apiKey.reveal(),
            "Content-Type", "application/json",
            "Idempotency-Key", EmailProvider.checkedIdempotencyKey(idempotencyKey),
            // Resend answers 403 to requests without one.
            "User-Agent", "tenon");
    URI uri = URI.create(base.toString().replaceAll("/+$", "") + "/emails");
    return Exchanges.sending(
        http, () -> HttpCall.post(uri, headers, requestBody), ResendAnswers::read);
  }

  /// The JSON of one message; always the same bytes for an equal message.
  public byte[] requestBody(EmailMessage message) {
    ObjectNode body = JSON.createObjectNode();
    body.put("from", message.from().formatted());
    addresses(body, "to", message.to());
    addresses(body, "cc", message.cc());
    addresses(body, "bcc", message.bcc());
    addresses(body, "reply_to", message.replyTo());
    body.put("subject", message.subject());
    if (!message.html().isEmpty()) {
      body.put("html", message.html());
    }
    if (!message.text().isEmpty()) {
      body.put("text", message.text());
    }
    if (!message.headers().isEmpty()) {
      ObjectNode headers = body.putObject("headers");
      message.headers().forEach(headers::put);
    }
    ArrayNode tags = body.putArray("tags");
    tag(tags, MESSAGE_ID_FIELD, message.id());
    tag(tags, "stream", message.stream());
    for (int i = 0; i < message.tags().size(); i++) {
      tag(tags, i == 0 ? "tag" : "tag_" + (i + 1), message.tags().get(i));
    }
    message.metadata().forEach((key, value) -> tag(tags, "m_" + key, value));
    if (!message.attachments().isEmpty()) {
      ArrayNode attachments = body.putArray("attachments");
      for (Attachment attachment : message.attachments()) {
        ObjectNode node = attachments.addObject();
        node.put("filename", attachment.fileName());
        node.put("content", attachment.base64());
        node.put("content_type", attachment.contentType());
        if (attachment.isInline()) {
          node.put("content_id", attachment.contentId());
        }
      }
    }
    return JSON.writeValueAsBytes(body);
  }

  private static void addresses(ObjectNode body, String field, List<EmailAddress> addresses) {
    if (!addresses.isEmpty()) {
      ArrayNode list = body.putArray(field);
      addresses.forEach(address -> list.add(address.formatted()));
    }
  }

  private static void tag(ArrayNode tags, String name, String value) {
    tags.addObject().put("name", name).put("value", value);
  }
}
