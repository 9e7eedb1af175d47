package dev.tenon.cli;

import dev.tenon.config.Config;
import dev.tenon.config.ConfigException;
import dev.tenon.config.SecretReference;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.DatabaseLook;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What `doctor` can see on this machine, without a running server.
final class DoctorHere {
  private DoctorHere() {}

  static List<Finding> look(Config config, Map<String, String> environment) {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(secrets(config, environment));
    findings.add(vaultKey(config));
    findings.add(publicUrl(config));
    findings.add(database(config, environment));
    if (config.email().sender().isEmpty()) {
      findings.add(
          Finding.warn(
              "email.sender",
              "not set: mails of tenants without a sender of their own wait until they have one"));
    }
    return findings;
  }

  private static List<Finding> secrets(Config config, Map<String, String> environment) {
    List<Finding> findings = new ArrayList<>();
    Map<String, SecretReference> secrets =
        Map.of(
            "database.password", config.database().password(),
            "server.certificate-key", config.server().certificateKey(),
            "vault.key", config.vault().key());
    new TreeMap<>(secrets)
        .forEach(
            (name, reference) -> {
              try {
                if (reference.find(name, environment).isPresent()) {
                  findings.add(Finding.ok(name, "is where the settings say"));
                }
              } catch (ConfigException e) {
                e.problems().forEach(problem -> findings.add(Finding.fail(name, problem)));
              }
            });
    return findings;
  }

  private static Finding vaultKey(Config config) {
    if (config.vault().key().isPresent()) {
      return Finding.ok("vault", "its key is named by vault.key; keep a copy elsewhere");
    }
    Path file = config.data().folder().resolve("vault.key");
    if (!Files.exists(file)) {
      return Finding.fail(
          "vault",
          "its key is missing at %s. Restore it, or for a new installation: tenon vault new-key --data %s"
              .formatted(file, config.data().folder()));
    }
    try {
      Set<PosixFilePermission> all = Files.getPosixFilePermissions(file);
      if (all.contains(PosixFilePermission.GROUP_READ)
          || all.contains(PosixFilePermission.OTHERS_READ)) {
        return Finding.fail("vault", "others can read %s. Run: chmod 600 %s".formatted(file, file));
      }
    } catch (java.io.IOException | UnsupportedOperationException e) {
      return Finding.warn("vault", "who can read %s can't be told here".formatted(file));
    }
    return Finding.ok(
        "vault",
        "its key is in %s; keep a copy elsewhere: nothing opens without it".formatted(file));
  }

  private static Finding publicUrl(Config config) {
    String url = config.server().publicUrl();
    if (url.isEmpty()) {
      return Finding.warn(
          "server.public-url",
          "not set: providers can't be told where to send their webhooks. Set it to what they reach");
    }
    return url.startsWith("https://")
        ? Finding.ok("server.public-url", url)
        : Finding.warn(
            "server.public-url", url + " is plain HTTP, to which no provider sends live webhooks");
  }

  private static Finding database(Config config, Map<String, String> environment) {
    if (config.database().isEmbedded()) {
      return Finding.ok(
          "database", "embedded, in %s; it runs with the server".formatted(config.data().folder()));
    }
    try {
      DatabaseLook.Seen seen =
          DatabaseLook.at(
              new DatabaseAddress(
                  config.database().url(),
                  config.database().user(),
                  config
                      .database()
                      .password()
                      .find("database.password", environment)
                      .orElseThrow()));
      if (seen.trouble().isPresent()) {
        return Finding.fail("database", seen.trouble().get());
      }
      return seen.waiting() > 0
          ? Finding.warn(
              "database",
              "PostgreSQL %s, and %d migrations are not applied yet: the next start does so, or tenon migrate"
                  .formatted(seen.version(), seen.waiting()))
          : Finding.ok("database", "PostgreSQL %s, up to date".formatted(seen.version()));
    } catch (ConfigException e) {
      return Finding.fail("database", String.join(" ", e.problems()));
    }
  }
}
