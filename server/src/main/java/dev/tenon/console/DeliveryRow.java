package dev.tenon.console;

import java.util.UUID;

/// A delivery as lists show it.
///
/// @param endpoint where it goes: the host and path of its endpoint, or its id when that is gone
/// @param tries how many calls were made, in words
public record DeliveryRow(
    UUID id, Mark mark, String type, String about, String endpoint, String tries, Moment toldAt) {}
