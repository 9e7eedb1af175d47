package dev.tenon.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of a list, newest first.
///
/// @param nextCursor asks for what follows; null on the last page
public record Page<T>(List<T> data, @Nullable String nextCursor) {}
