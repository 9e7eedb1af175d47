package dev.tenon.connector.email.postmark;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Exchanges;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.connector.email.StreamReach;
import dev.tenon.connector.email.Tracking;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Sends through Postmark's `POST /email`.
///
/// Postmark has no idempotency key. Our message id travels as metadata, by which the outbound
/// search ([#lookUp]) and every webhook find the message again.
public final class PostmarkEmail implements EmailProvider {
  /// Where Postmark answers.
  public static final URI BASE = URI.create("https://api.postmarkapp.com");

  /// The one such stream that every Postmark server has.
  public static final Set<String> BROADCAST_STREAMS = Set.of("broadcast");

  private static final Set<String> UNSUBSCRIBING =
      Set.of(
          EmailMessage.UNSUBSCRIBE.toLowerCase(Locale.ROOT),
          EmailMessage.UNSUBSCRIBE_POST.toLowerCase(Locale.ROOT));

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ProviderHttp http;
  private final URI base;
  private final Secret serverToken;
  private final Map<String, String> streams;
  private final Set<String> broadcastStreams;
  private final Tracking tracking;

  /// `streams` maps Tenon's stream names to the server's message streams; a stream that isn't there
  /// is refused. `base` is [#BASE], or a sandbox. `http` stays the caller's to close.
  public PostmarkEmail(
      ProviderHttp http, URI base, Secret serverToken, Map<String, String> streams) {
    this(http, base, serverToken, streams, BROADCAST_STREAMS);
  }

  /// As above.
  ///
  /// @param broadcastStreams the server's message streams to which Postmark adds headers to
  ///   unsubscribe by itself, as it does in all of the type Broadcast; ours are left out there,
  ///   since a mail must not have two of each
  public PostmarkEmail(
      ProviderHttp http,
      URI base,
      Secret serverToken,
      Map<String, String> streams,
      Set<String> broadcastStreams) {
    this(http, base, serverToken, streams, broadcastStreams, Tracking.NONE);
  }

  /// The same, with opens and links of some streams tracked.
  public PostmarkEmail(
      ProviderHttp http,
      URI base,
      Secret serverToken,
      Map<String, String> streams,
      Set<String> broadcastStreams,
      Tracking tracking) {
    this.tracking = tracking;
    this.http = http;
    this.base = base;
    this.serverToken = serverToken;
    this.streams = Map.copyOf(streams);
    this.broadcastStreams = Set.copyOf(broadcastStreams);
  }

  /// With the two streams that every Postmark server has.
  public PostmarkEmail(ProviderHttp http, URI base, Secret serverToken) {
    this(http, base, serverToken, Map.of("outbound", "outbound", "broadcast", "broadcast"));
  }

  @Override
  public String name() {
    return "postmark";
  }

  @Override
  public Settling settling() {
    return new Settling.LookUp();
  }

  @Override
  public boolean carries(String stream) {
    return streams.containsKey(stream);
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    EmailProvider.checkedIdempotencyKey(idempotencyKey);
    String stream = streams.getOrDefault(message.stream(), "");
    if (stream.isEmpty()) {
      return EmailProvider.notCarried(message.stream(), "Postmark");
    }
    return Exchanges.sending(
        http,
        () -> HttpCall.post(uri("/email"), headers(), body(message, stream)),
        answer -> PostmarkAnswers.read(answer, StreamReach.of(streams, stream)));
  }

  /// Searches the sent messages by our message id. The search lags behind sending by a while that
  /// Postmark doesn't state, so a message that is missing once may still be found later.
  @Override
  public LookedUp lookUp(EmailMessage message) {
    String query =
        "/messages/outbound?count=1&offset=0&metadata_%s=%s"
            .formatted(MESSAGE_ID_FIELD, message.id());
    return Exchanges.lookingUp(
        http.call(HttpCall.get(uri(query), headers())), PostmarkAnswers::readSearch);
  }

  private URI uri(String pathAndQuery) {
    return URI.create(base.toString().replaceAll("/+$", "") + pathAndQuery);
  }

  private Map<String, String> headers() {
    return Map.of(
        "Accept", "application/json",
        "Content-Type", "application/json",
        "X-Postmark-Server-Token", serverToken.reveal());
  }

  /// The same message gives the same bytes: fields keep the order in which they are put.
  private byte[] body(EmailMessage message, String stream) {
    ObjectNode body = JSON.createObjectNode();
    body.put("From", message.from().formatted());
    body.put("To", list(message.to()));
    if (!message.cc().isEmpty()) {
      body.put("Cc", list(message.cc()));
    }
    if (!message.bcc().isEmpty()) {
      body.put("Bcc", list(message.bcc()));
    }
    if (!message.replyTo().isEmpty()) {
      body.put("ReplyTo", list(message.replyTo()));
    }
    body.put("Subject", message.subject());
    if (!message.text().isEmpty()) {
      body.put("TextBody", message.text());
    }
    if (!message.html().isEmpty()) {
      body.put("HtmlBody", message.html());
    }
    body.put("MessageStream", stream);
    if (!message.tag().isEmpty()) {
      body.put("Tag", message.tag());
    }
    ObjectNode metadata = body.putObject("Metadata");
    metadata.put(MESSAGE_ID_FIELD, message.id());
    message.metadata().forEach(metadata::put);
    headers(body, message, stream);
    body.put("TrackOpens", tracking.opens(message));
    body.put("TrackLinks", tracking.links(message) ? "HtmlOnly" : "None");
    if (!message.attachments().isEmpty()) {
      ArrayNode attachments = body.putArray("Attachments");
      for (Attachment attachment : message.attachments()) {
        ObjectNode node = attachments.addObject();
        node.put("Name", attachment.fileName());
        node.put("Content", attachment.base64());
        node.put("ContentType", attachment.contentType());
        if (attachment.isInline()) {
          node.put("ContentID", "cid:" + attachment.contentId());
        }
      }
    }
    return JSON.writeValueAsBytes(body);
  }

  private void headers(ObjectNode body, EmailMessage message, String stream) {
    boolean theirs = broadcastStreams.contains(stream);
    Map<String, String> own = new LinkedHashMap<>(message.headers());
    own.keySet().removeIf(name -> theirs && UNSUBSCRIBING.contains(name.toLowerCase(Locale.ROOT)));
    if (!own.isEmpty()) {
      ArrayNode headers = body.putArray("Headers");
      own.forEach((name, value) -> headers.addObject().put("Name", name).put("Value", value));
    }
  }

  private static String list(List<EmailAddress> addresses) {
    return addresses.stream().map(EmailAddress::formatted).collect(Collectors.joining(", "));
  }
}
