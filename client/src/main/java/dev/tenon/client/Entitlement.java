package dev.tenon.client;

import java.util.List;

/// The answer to "may they use it now?", with the subscriptions that it follows from.
public record Entitlement(boolean entitled, List<EntitlingSubscription> subscriptions) {}
