package dev.tenon.cli;

import picocli.CommandLine.Command;

/// Commands about the settings.
@Command(name = "config", description = "Look at the settings.")
final class ConfigCommand {}
