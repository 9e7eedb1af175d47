package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Signs messages as SNS does: RSA over a few fields in the order of their names, with SHA-1 in
/// version 1 and SHA-256 in version 2. The key is made when it is first needed, with a certificate
/// that the stand-in serves, and stays. Stand-ins of one process that have no key yet get the same:
/// to make one takes a second of processor time.
final class SnsSignature {
  private static final String KEY = "sns-key";
  private static final int KEY_BITS = 2_048;
  private static final List<String> NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> CONFIRMATION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  private final HookEndpoints kept;
  private final InstantSource clock;
  private @Nullable ObjectNode made;

  SnsSignature(HookEndpoints kept, InstantSource clock) {
    this.kept = kept;
    this.clock = clock;
  }

  private synchronized ObjectNode key() {
    ObjectNode known = made;
    if (known == null) {
      known = kept.find(KEY).orElseGet(this::create);
      made = known;
    }
    return known;
  }

  private ObjectNode create() {
    try {
      KeyPair pair = NewKey.PAIR;
      byte[] certificate = SelfSigned.certificate(pair, "sns.sandbox.test", clock.instant());
      Base64.Encoder base64 = Base64.getEncoder();
      ObjectNode key = Json.object();
      key.put("id", KEY);
      key.put("private_key", base64.encodeToString(pair.getPrivate().getEncoded()));
      key.put("certificate", base64.encodeToString(certificate));
      kept.put(key);
      return key;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Where the certificate is served.
  String path() {
    return "/SimpleNotificationService-%08x.pem"
        .formatted(key().path("certificate").asString().hashCode());
  }

  String pem() {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(Base64.getDecoder().decode(key().path("certificate").asString()))
        + "\n-----END CERTIFICATE-----\n";
  }

  /// Adds the signature to a message.
  void sign(ObjectNode message, String version, String certificateUrl) {
    StringBuilder text = new StringBuilder();
    for (String field :
        message.path("Type").asString().equals("Notification") ? NOTIFICATION : CONFIRMATION) {
      if (message.has(field)) {
        text.append(field).append('\n').append(message.path(field).asString()).append('\n');
      }
    }
    try {
      PrivateKey key =
          KeyFactory.getInstance("RSA")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(
                      Base64.getDecoder().decode(key().path("private_key").asString())));
      Signature signature =
          Signature.getInstance(version.equals("2") ? "SHA256withRSA" : "SHA1withRSA");
      signature.initSign(key);
      signature.update(text.toString().getBytes(StandardCharsets.UTF_8));
      message.put("SignatureVersion", version);
      message.put("Signature", Base64.getEncoder().encodeToString(signature.sign()));
      message.put("SigningCertURL", certificateUrl);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Made at first use.
  private static final class NewKey {
    static final KeyPair PAIR = make();

    private static KeyPair make() {
      try {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        return generator.generateKeyPair();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
