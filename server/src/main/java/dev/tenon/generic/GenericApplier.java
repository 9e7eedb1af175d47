package dev.tenon.generic;

import dev.tenon.connection.ConnectionId;
import dev.tenon.db.EngineTx;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Applied;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.WaitingFact;
import dev.tenon.tenant.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Tells what a service of somebody's own sent, as `webhook.received`, once for each fact: to the
/// tenant whose connection it is. The signature is checked and the repeat is known, so the
/// application need do neither.
public final class GenericApplier implements FactApplier {
  /// A larger body stays here, and the event says how large it is.
  static final int BODY_BYTES_MAX = 256 * 1024;

  private final String provider;
  private final Events events;

  private GenericApplier(String provider, Events events) {
    this.provider = provider;
    this.events = events;
  }

  /// One for each kind.
  public static List<FactApplier> all(Events events) {
    return List.of(
        new GenericApplier(GenericInbound.STANDARD, events),
        new GenericApplier(GenericInbound.HMAC, events));
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public List<Applied> apply(
      EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
    return tx.asTenant(
        owner,
        inTenant -> {
          Set<UUID> told =
              events.causes(
                  inTenant,
                  EventType.WEBHOOK_RECEIVED,
                  facts.stream().map(WaitingFact::id).toList());
          List<NewEvent> fresh = new ArrayList<>();
          List<Applied> results = new ArrayList<>();
          for (WaitingFact fact : facts) {
            if (!told.contains(fact.id())) {
              fresh.add(
                  new NewEvent(
                      EventType.WEBHOOK_RECEIVED,
                      new ConnectionId(connection).toString(),
                      data(fact),
                      fact.id()));
            }
            results.add(new Applied.Changed(owner, "told as webhook.received"));
          }
          var _ = events.tell(inTenant, fresh);
          return results;
        });
  }

  private Map<String, @Nullable Object> data(WaitingFact fact) {
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("provider", provider);
    data.put("received_event", Ids.write(Prefix.RECEIVED_EVENT, fact.receivedEvent()));
    data.put("kind", fact.kind());
    data.put("subject", fact.object().isEmpty() ? null : fact.object());
    data.put("occurred_at", fact.occurredAt().toString());
    @Nullable String text = text(fact.body());
    boolean large = fact.body().length > BODY_BYTES_MAX;
    data.put("encoding", text == null ? "base64" : "utf-8");
    data.put(
        "body",
        large ? null : text == null ? Base64.getEncoder().encodeToString(fact.body()) : text);
    data.put("body_bytes", fact.body().length);
    return data;
  }

  /// Null where it is no text that can be stored as one.
  private static @Nullable String text(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return text.indexOf('\0') >= 0 ? null : text;
    } catch (CharacterCodingException _) {
      return null;
    }
  }
}
