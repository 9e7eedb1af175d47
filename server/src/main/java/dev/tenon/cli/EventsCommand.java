package dev.tenon.cli;

import picocli.CommandLine.Command;

/// Commands about outgoing events.
@Command(name = "events", description = "Look at outgoing events and at what types there are.")
final class EventsCommand {}
