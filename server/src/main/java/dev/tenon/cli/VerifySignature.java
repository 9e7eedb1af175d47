package dev.tenon.cli;

import dev.tenon.connector.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says whether a webhook is signed with a secret, and if not, why.
@Command(
    name = "verify-signature",
    description =
        "Check the signature of a webhook: one of Tenon's, or any by Standard Webhooks, Svix or"
            + " Stripe.")
final class VerifySignature implements Callable<Integer> {
  static final String SECRET_VARIABLE = "TENON_WEBHOOK_SECRET";
  private static final int BODY_BYTES_MAX = 32 << 20;

  @Option(
      names = "--secret",
      paramLabel = "SECRET",
      description =
          "whsec_… or the public key whpk_…. Better in $TENON_WEBHOOK_SECRET: other users of the"
              + " machine can see command lines. Repeatable.")
  private List<String> secrets = new ArrayList<>();

  @Option(
      names = "--header",
      required = true,
      paramLabel = "'NAME: VALUE'",
      description =
          "A header as it came: webhook-id, webhook-timestamp and webhook-signature, the same with"
              + " svix-, or stripe-signature. Repeatable; others are ignored.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "When it came, for its age: 30m, 2h ago, or an RFC 3339 time; else now.")
  private @Nullable String at;

  @Option(names = "--any-age", description = "Don't mind how old it is.")
  private boolean anyAge;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The body, byte by byte as it came; - or nothing for standard input.")
  private String file = "-";

  private final Console console;
  private final Json json;
  private final InputStream in;
  private final InstantSource clock = InstantSource.system();

  VerifySignature(Console console, Json json, InputStream in) {
    this.console = console;
    this.json = json;
    this.in = in;
  }

  @Override
  public Integer call() {
    List<Secret> keys = keys();
    SignedHeaders read = SignedHeaders.of(headers);
    Instant now = clock.instant();
    Instant came = at == null ? now : TimeOption.read("--at", at, now);
    var check = new SignatureCheck(read, keys, anyAge ? read.signedAt().orElse(came) : came);
    SignatureCheck.Found found = check.of(body());
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("valid", found.valid());
    document.put("scheme", read.scheme().name);
    document.put("reason", found.reason());
    document.put("hint", found.hint());
    console.answer(
        json.wanted(),
        found.hint().isEmpty() ? found.reason() : found.reason() + "\n" + found.hint(),
        document);
    return found.valid() ? 0 : Failure.FAILED;
  }

  private List<Secret> keys() {
    List<String> given = new ArrayList<>(secrets);
    String variable = console.environment().getOrDefault(SECRET_VARIABLE, "");
    if (given.isEmpty() && !variable.isBlank()) {
      given.add(variable);
    }
    List<Secret> keys =
        given.stream().map(String::strip).filter(s -> !s.isEmpty()).map(Secret::of).toList();
    if (keys.isEmpty()) {
      throw new CommandFailed(
          Failure.USAGE,
          "set %s to the secret, or give it with --secret".formatted(SECRET_VARIABLE));
    }
    return keys;
  }

  private byte[] body() {
    try {
      byte[] body;
      if (file.equals("-")) {
        body = in.readNBytes(BODY_BYTES_MAX + 1);
      } else {
        try (InputStream stream = Files.newInputStream(Path.of(file))) {
          body = stream.readNBytes(BODY_BYTES_MAX + 1);
        }
      }
      if (body.length > BODY_BYTES_MAX) {
        throw new CommandFailed(Failure.USAGE, "the body is larger than 32 MB");
      }
      return body;
    } catch (IOException | java.nio.file.InvalidPathException e) {
      throw new CommandFailed(
          Failure.USAGE, "the body %s can't be read: %s".formatted(file, e.getMessage()));
    }
  }
}
