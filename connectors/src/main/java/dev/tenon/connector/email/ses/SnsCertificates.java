package dev.tenon.connector.email.ses;

import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The certificates by which SNS signs, fetched once and kept for a day. Whoever sends rubbish can
/// make it fetch a few a minute and no more, and only from where [SnsHosts] allows.
public final class SnsCertificates {
  private static final Duration KEPT = Duration.ofHours(24);
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration CALL_MAX = Duration.ofSeconds(5);
  private static final int FETCHES_MAX = 10;
  private static final int ENTRIES_MAX = 32;
  private static final int BYTES_MAX = 64 << 10;

  private final ProviderHttp http;
  private final InstantSource clock;
  private final Map<URI, Kept> kept = new LinkedHashMap<>();
  private Instant windowFrom = Instant.EPOCH;
  private int fetches;

  private record Kept(X509Certificate certificate, Instant until) {}

  public SnsCertificates(ProviderHttp http, InstantSource clock) {
    this.http = http;
    this.clock = clock;
  }

  /// Nobody knows now whether a message is signed: SNS has to send it again. Not a verdict, since
  /// an answer like "not accepted" would make SNS give the message up.
  public static final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreachable(String why) {
      super(why);
    }
  }

  /// The certificate at an address that may be called; null when there is none, or one that is not
  /// valid at this time.
  ///
  /// @throws Unreachable when it can't be had now
  @Nullable X509Certificate get(URI uri) {
    Instant now = clock.instant();
    synchronized (this) {
      Kept known = kept.get(uri);
      if (known != null && now.isBefore(known.until())) {
        return known.certificate();
      }
      if (!now.isBefore(windowFrom.plus(WINDOW))) {
        windowFrom = now;
        fetches = 0;
      }
      if (++fetches > FETCHES_MAX) {
        throw new Unreachable("too many certificates were asked for within a minute");
      }
    }
    X509Certificate fetched = fetch(uri, now);
    if (fetched != null) {
      synchronized (this) {
        kept.remove(uri);
        kept.put(uri, new Kept(fetched, now.plus(KEPT)));
        while (kept.size() > ENTRIES_MAX) {
          kept.remove(kept.keySet().iterator().next());
        }
      }
    }
    return fetched;
  }

  private @Nullable X509Certificate fetch(URI uri, Instant now) {
    return switch (http.call(HttpCall.get(uri, Map.of()).within(CALL_MAX))) {
      case HttpResult.Answered answer when answer.status() == 200 -> parse(answer.body(), now);
      case HttpResult.Answered answer when answer.status() >= 500 || answer.status() == 429 ->
          throw new Unreachable("the certificate's host answered " + answer.status());
      case HttpResult.Answered _ -> null;
      case HttpResult.NotSent(String why) -> throw new Unreachable(why);
      case HttpResult.MaybeSent(String why) -> throw new Unreachable(why);
      case HttpResult.TooLong(String why) -> throw new Unreachable(why);
    };
  }

  private static @Nullable X509Certificate parse(byte[] pem, Instant now) {
    if (pem.length > BYTES_MAX) {
      return null;
    }
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(pem));
      certificate.checkValidity(java.util.Date.from(now));
      return certificate;
    } catch (CertificateException _) {
      return null;
    }
  }
}
