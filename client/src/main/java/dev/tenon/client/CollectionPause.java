package dev.tenon.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// That the invoices of a subscription are not collected for a while.
///
/// @param invoices what becomes of them: `void`, `keep_as_draft` or `mark_uncollectible`
/// @param until when it ends by itself; null for never
public record CollectionPause(@Nullable String invoices, @Nullable Instant until) {}
