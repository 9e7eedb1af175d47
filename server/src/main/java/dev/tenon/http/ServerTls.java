package dev.tenon.http;

import dev.tenon.config.ConfigException;
import dev.tenon.connector.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// The server's certificate and key, from PEM.
public final class ServerTls {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  /// Kinds of keys and a signature that each can make.
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  private ServerTls() {}

  /// Reads them. Throws [ConfigException] when one can't be read, or when they don't belong
  /// together: otherwise every handshake would fail later.
  ///
  /// @param chain a PEM file, the server's own certificate first
  /// @param key PKCS #8 in PEM, not encrypted
  public static SSLContext context(Path chain, Secret key) {
    Certificate[] certificates = certificates(chain);
    PrivateKey own = key(key);
    if (!belong(own, certificates[0].getPublicKey())) {
      throw refusal("server.certificate-key is not the key of the first certificate in " + chain);
    }
    try {
      var store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("server", own, new char[0], certificates);
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, new char[0]);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw refusal("server.certificate can't be used: " + e.getMessage());
    }
  }

  private static Certificate[] certificates(Path chain) {
    try (var in = Files.newInputStream(chain)) {
      Certificate[] found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(Certificate[]::new);
      if (found.length > 0) {
        return found;
      }
      throw refusal("server.certificate: %s holds no certificate".formatted(chain));
    } catch (IOException e) {
      throw refusal("server.certificate: %s can't be read".formatted(chain));
    } catch (GeneralSecurityException e) {
      throw refusal("server.certificate: %s is not a PEM file".formatted(chain));
    }
  }

  private static PrivateKey key(Secret pem) {
    String text = pem.reveal();
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw refusal(
          "server.certificate-key must be PKCS #8 in PEM (%s); openssl pkcs8 -topk8 -nocrypt makes it so"
              .formatted(BEGIN));
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
    } catch (IllegalArgumentException e) {
      throw refusal("server.certificate-key is not PEM");
    }
    for (String kind : SIGNATURES.keySet()) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (GeneralSecurityException _) {
        // Another kind of key, then.
      }
    }
    throw refusal("server.certificate-key is none of RSA, EC and EdDSA");
  }

  private static boolean belong(PrivateKey own, PublicKey shown) {
    try {
      String kind = own.getAlgorithm().startsWith("Ed") ? "EdDSA" : own.getAlgorithm();
      var signature = Signature.getInstance(SIGNATURES.getOrDefault(kind, kind));
      signature.initSign(own);
      byte[] signed = signature.sign();
      signature.initVerify(shown);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static ConfigException refusal(String reason) {
    return new ConfigException(List.of(reason));
  }
}
