package dev.tenon.cli;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The secret by which `listen` signs. It follows from the API key and the tenant, so it is the
/// same each time and fits into an application's settings once; and nobody learns the key from it.
final class ListenSecret {
  private static final String HMAC = "HmacSHA256";

  private ListenSecret() {}

  static Secret of(Hub hub) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(hub.key().reveal().getBytes(StandardCharsets.UTF_8), HMAC));
      byte[] key = mac.doFinal(("tenon listen " + hub.tenant()).getBytes(StandardCharsets.UTF_8));
      return Secret.of("whsec_" + Base64.getEncoder().encodeToString(key));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + HMAC, e);
    }
  }
}
