package dev.tenon.sandbox.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.WebhookSink;
import dev.tenon.sandbox.mailbox.Carrier;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The signatures by published vectors, and as the JDK alone verifies them where Node isn't there.
class HookSignaturesTest {
  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(email.simulators(), SandboxSettings.defaults(InstantSource.system()));
  private final WebhookSink sink = new WebhookSink();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    sandbox.close();
    sink.close();
    http.close();
  }

  /// From the tests of Svix's own libraries.
  @Test
  void signsAsSvixPublishes() {
    assertThat(
            ResendHooks.sign(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                "{\"test\": 2432232314}"))
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void signsAsSnsDoesWithACertificateThatHolds(String version) throws Exception {
    Map<String, String> made = email.registerWebhook(Carrier.SES, sink.url().toString(), version);
    JsonNode message = sink.await(found -> found.body().contains("SubscribeURL")).json();
    String pem = get(message.path("SigningCertURL").asString());
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    certificate.checkValidity();
    certificate.verify(certificate.getPublicKey());
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=sns.sandbox.test");
    StringBuilder text = new StringBuilder();
    for (String field :
        new String[] {
          "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"
        }) {
      text.append(field).append('\n').append(message.path(field).asString()).append('\n');
    }
    Signature signature =
        Signature.getInstance(version.equals("1") ? "SHA1withRSA" : "SHA256withRSA");
    signature.initVerify(certificate);
    signature.update(text.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(signature.verify(Base64.getDecoder().decode(message.path("Signature").asString())))
        .isTrue();
    assertThat(message.path("TopicArn").asString()).isEqualTo(made.get("topic_arn"));
    assertThat(get(message.path("SubscribeURL").asString().replace("Token=", "Token=x")))
        .contains("Invalid token");
    assertThat(get(message.path("SubscribeURL").asString()))
        .contains("<SubscriptionArn>" + made.get("subscription_arn"));
  }

  @Test
  void signsAsSendGridDoesOverTheVeryBytes() throws Exception {
    String key =
        email.registerWebhook(Carrier.SENDGRID, sink.url().toString(), "").get("public_key");
    http.send(
        HttpRequest.newBuilder(URI.create(sandbox.url("sendgrid") + "/v3/mail/send"))
            .header("Authorization", "Bearer SG.any.key")
            .POST(
                BodyPublishers.ofString(
                    """
                    {"from":{"email":"a@acme.test"},"subject":"Grüße",
                     "personalizations":[{"to":[{"email":"ann@shop.test"}],
                      "custom_args":{"tenon_message":"msg_ä"}}],
                     "content":[{"type":"text/plain","value":"Hi"}]}
                    """))
            .build(),
        BodyHandlers.discarding());
    WebhookSink.Received received = sink.await(found -> found.body().contains("delivered"));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initVerify(
        KeyFactory.getInstance("EC")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key))));
    signature.update(
        (received.headers().get("X-Twilio-Email-Event-Webhook-Timestamp") + received.body())
            .getBytes(StandardCharsets.UTF_8));
    assertThat(
            signature.verify(
                Base64.getDecoder()
                    .decode(received.headers().get("X-Twilio-Email-Event-Webhook-Signature"))))
        .isTrue();
    assertThat(received.body()).endsWith("}]\r\n").contains("},\r\n{");
    assertThat(received.json().at("/0/tenon_message").asString()).isEqualTo("msg_ä");
  }

  @Test
  void keepsLoginsOutOfTheLogAndSendsThem() throws Exception {
    String url = sink.url().toString().replace("http://", "http://ann:p%40ss@");
    email.registerWebhook(Carrier.POSTMARK, url, "");
    http.send(
        HttpRequest.newBuilder(URI.create(sandbox.url("postmark") + "/email"))
            .header("Content-Type", "application/json")
            .header("X-Postmark-Server-Token", "any")
            .POST(
                BodyPublishers.ofString(
                    "{\"From\":\"a@acme.test\",\"To\":\"b@shop.test\",\"Subject\":\"Hi\",\"TextBody\":\"Hi\"}"))
            .build(),
        BodyHandlers.discarding());
    WebhookSink.Received received = sink.await(found -> found.body().contains("Delivery"));
    assertThat(received.headers())
        .containsEntry(
            "Authorization",
            "Basic "
                + Base64.getEncoder().encodeToString("ann:p@ss".getBytes(StandardCharsets.UTF_8)));
    assertThat(Json.write(Json.object().put("log", sandbox.webhooks("postmark").list().toString())))
        .doesNotContain("p%40ss")
        .doesNotContain("p@ss");
  }

  private String get(String url) throws Exception {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
