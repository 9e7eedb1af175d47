package dev.tenon.delivery;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A delivery that this node has taken.
///
/// @param tenant whose endpoint it goes to
/// @param version the endpoint's, when it was taken
/// @param attempts calls so far, with a known end
/// @param failures those of them that failed since it was told or replayed
/// @param token proves to the ledger that it is still ours
/// @param data the event's data; null when the event is gone by age
record Claimed(
    TenantId tenant,
    UUID id,
    UUID endpoint,
    int version,
    TenantId eventTenant,
    UUID event,
    String type,
    String about,
    boolean ordered,
    int attempts,
    int failures,
    Instant toldAt,
    long token,
    @Nullable String data) {

  Claimed with(@Nullable String payload) {
    return new Claimed(
        tenant,
        id,
        endpoint,
        version,
        eventTenant,
        event,
        type,
        about,
        ordered,
        attempts,
        failures,
        toldAt,
        token,
        payload);
  }

  /// The id as people see it.
  String publicId() {
    return Ids.write(Prefix.DELIVERY, id);
  }
}
