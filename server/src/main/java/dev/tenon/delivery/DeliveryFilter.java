package dev.tenon.delivery;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which deliveries to list; null leaves a condition out.
///
/// @param since of events told from then on
/// @param until of events told before then
public record DeliveryFilter(
    @Nullable UUID endpoint,
    Delivery.@Nullable State state,
    @Nullable UUID event,
    @Nullable String type,
    Instant since,
    Instant until) {}
