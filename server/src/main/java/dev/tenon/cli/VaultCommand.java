package dev.tenon.cli;

import picocli.CommandLine.Command;

/// Commands about the vault.
@Command(name = "vault", description = "Keep the key of keys.")
final class VaultCommand {}
