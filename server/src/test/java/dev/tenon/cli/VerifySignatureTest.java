package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.signature.Ed25519WebhookSignature;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `verify-signature`, on vectors that others published: Svix's, and one for Stripe's scheme that
/// was made by an independent HMAC.
class VerifySignatureTest {
  private static final String SVIX_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final List<String> SVIX =
      List.of(
          "svix-id: msg_p5jXN8AQM9LWM0D4loKWxJek",
          "svix-timestamp: 1614265330",
          "svix-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  private static final String SVIX_BODY = "{\"test\": 2432232314}";
  private static final String SVIX_TIME = "2021-02-25T15:02:10Z";

  private static final String STRIPE =
      "Stripe-Signature: t=1700000000,v1=4f1cd7feda9826e746b7d482c4badebb657398df1099e1046364f6196a230150";
  private static final String STRIPE_BODY =
      "{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}";

  @TempDir private Path folder;

  private record Ran(int code, String out, String err) {}

  private Ran run(Map<String, String> environment, String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        new Commands(new Console(new PrintWriter(out), new PrintWriter(err), environment))
            .run(arguments);
    return new Ran(code, out.toString(), err.toString());
  }

  private Ran verify(String secret, List<String> headers, String body, String... more)
      throws Exception {
    Path file = Files.writeString(folder.resolve("body"), body, StandardCharsets.UTF_8);
    List<String> arguments = new ArrayList<>(List.of("verify-signature", file.toString()));
    headers.forEach(header -> arguments.addAll(List.of("--header", header)));
    arguments.addAll(List.of(more));
    return run(Map.of(VerifySignature.SECRET_VARIABLE, secret), arguments.toArray(String[]::new));
  }

  @Test
  void whatOthersSignedIsValid() throws Exception {
    Ran svix = verify(SVIX_SECRET, SVIX, SVIX_BODY, "--at", SVIX_TIME);
    Ran stripe = verify("whsec_test_secret", List.of(STRIPE), STRIPE_BODY, "--any-age", "--json");

    assertThat(svix.code()).isZero();
    assertThat(svix.out()).startsWith("The signature is valid.");
    assertThat(stripe.code()).isZero();
    assertThat(stripe.out()).contains("\"valid\":true", "\"scheme\":\"stripe\"");
  }

  @Test
  void aPublicKeyVerifiesAndASecretOfAnotherKindBesideItDoesNoHarm() throws Exception {
    Ed25519WebhookSignature.Keys keys = Ed25519WebhookSignature.generate();
    Instant now = Instant.now();
    byte[] body = SVIX_BODY.getBytes(StandardCharsets.UTF_8);
    List<String> headers =
        List.of(
            "webhook-id: evt_1",
            "webhook-timestamp: " + now.getEpochSecond(),
            "webhook-signature: "
                + Ed25519WebhookSignature.sign(body, "evt_1", now, keys.privateKey()));

    Ran alone = verify(keys.publicKey(), headers, SVIX_BODY);
    Ran both =
        verify("unused", headers, SVIX_BODY, "--secret", SVIX_SECRET, "--secret", keys.publicKey());
    Ran other = verify(Ed25519WebhookSignature.generate().publicKey(), headers, SVIX_BODY);

    assertThat(alone.code()).isZero();
    assertThat(both.out()).startsWith("The signature is valid, by secret 2.");
    assertThat(other.code()).isEqualTo(Failure.FAILED);
  }

  @Test
  void saysThatABodyWasChangedOnItsWay() throws Exception {
    Ran newline = verify(SVIX_SECRET, SVIX, SVIX_BODY + "\n", "--any-age");
    Ran rewritten =
        verify(
            "whsec_test_secret", List.of(STRIPE), STRIPE_BODY.replace("\n", "\r\n"), "--any-age");
    Ran other = verify(SVIX_SECRET, SVIX, "{\"test\": 2}", "--any-age");

    assertThat(newline.code()).isEqualTo(Failure.FAILED);
    assertThat(newline.out()).contains("It matches without the line break at the end");
    assertThat(rewritten.out()).contains("It matches with line breaks as LF");
    assertThat(other.out())
        .contains("the secret is another endpoint's, or the body is not the one");
  }

  @Test
  void saysHowOldItIsOnlyOfWhatWasTrulySigned() throws Exception {
    Ran old = verify(SVIX_SECRET, SVIX, SVIX_BODY);
    Ran early = verify(SVIX_SECRET, SVIX, SVIX_BODY, "--at", "2021-02-25T14:32:10Z");
    Ran wrong = verify(SVIX_SECRET, SVIX, "{}");

    assertThat(old.out()).contains("Truly signed, but", "days ago", "--any-age");
    assertThat(early.out()).contains("30 minutes ahead");
    assertThat(wrong.out()).doesNotContain("Truly signed");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Ran secret = run(Map.of(), "verify-signature", "--header", SVIX.getFirst());
    Ran unsigned = verify(SVIX_SECRET, List.of("Content-Type: text/plain"), "{}");
    Ran partly = verify(SVIX_SECRET, SVIX.subList(2, 3), "{}");
    Ran noHeader = verify(SVIX_SECRET, List.of("svix-id"), "{}");
    Ran kind = verify("not base64!", SVIX, SVIX_BODY);
    Ran file =
        run(
            Map.of(VerifySignature.SECRET_VARIABLE, SVIX_SECRET),
            "verify-signature",
            folder.resolve("none").toString(),
            "--header",
            STRIPE);

    assertThat(secret.code()).isEqualTo(Failure.USAGE);
    assertThat(secret.err()).contains("TENON_WEBHOOK_SECRET");
    assertThat(unsigned.err()).contains("no header holds a signature");
    assertThat(partly.err()).contains("the header svix-id is missing");
    assertThat(noHeader.err()).contains("'Name: value'");
    assertThat(kind.code()).isEqualTo(Failure.FAILED);
    assertThat(kind.out()).contains("the secret is none of this scheme").doesNotContain("base64!");
    assertThat(file.code()).isEqualTo(Failure.USAGE);
  }
}
