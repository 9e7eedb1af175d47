package dev.tenon.cli;

import picocli.CommandLine.Command;

/// Commands about API keys.
@Command(name = "api-key", description = "Make API keys.")
final class ApiKeyCommand {}
