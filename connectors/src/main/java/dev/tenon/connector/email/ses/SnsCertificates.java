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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// The certificates by which SNS signs, fetched once and kept for a day, and only from where
/// [SnsHosts] allows. What is not there is remembered for a minute.
///
/// An address is asked for before anything about the message is known to be true. So whoever sends
/// rubbish can make it fetch a few a minute *for that topic* and no more: other topics have their
/// own few, and what stands under a connection's own `base_url` is kept apart from what is
/// Amazon's.
public final class SnsCertificates {
  private static final Duration KEPT = Duration.ofHours(24);
  private static final Duration MISSING_KEPT = Duration.ofMinutes(1);
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final Duration CALL_MAX = Duration.ofSeconds(5);
  private static final int FETCHES_OF_TOPIC_MAX = 10;
  private static final int FETCHES_OF_ALL_MAX = 600;
  private static final int ENTRIES_MAX = 64;
  private static final int MISSING_MAX = 1_024;
  private static final int TOPICS_MAX = 1_024;
  private static final int BYTES_MAX = 64 << 10;

  private final ProviderHttp http;
  private final InstantSource clock;
  private final Map<URI, Kept> ofAmazon = bounded(ENTRIES_MAX);
  private final Map<URI, Kept> ofStandIns = bounded(ENTRIES_MAX);
  private final Map<URI, Instant> missing = bounded(MISSING_MAX);
  private final Map<URI, CompletableFuture<@Nullable X509Certificate>> underWay = new HashMap<>();
  private final Map<SnsHosts, Integer> fetches = new HashMap<>();
  private Instant windowFrom = Instant.EPOCH;
  private int allFetches;

  private record Kept(X509Certificate certificate, Instant until) {}

  public SnsCertificates(ProviderHttp http, InstantSource clock) {
    this.http = http;
    this.clock = clock;
  }

  private static <V> Map<URI, V> bounded(int max) {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<URI, V> eldest) {
        return size() > max;
      }
    };
  }

  /// Nobody knows now whether a message is signed: SNS has to send it again. Not a verdict, since
  /// an answer like "not accepted" would make SNS give the message up.
  public static final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unreachable(String why) {
      super(why);
    }
  }

  /// The certificate at an address that `hosts` lets be called; null when there is none, or one
  /// that is not valid at this time. Those who ask for one while it is fetched wait for it.
  ///
  /// @throws Unreachable when it can't be had now
  @Nullable X509Certificate get(URI uri, SnsHosts hosts) {
    Instant now = clock.instant();
    Map<URI, Kept> kept = hosts.isAmazon(uri) ? ofAmazon : ofStandIns;
    var own = new CompletableFuture<@Nullable X509Certificate>();
    CompletableFuture<@Nullable X509Certificate> others;
    synchronized (this) {
      Kept known = kept.get(uri);
      if (known != null && now.isBefore(known.until())) {
        return known.certificate();
      }
      Instant missingUntil = missing.get(uri);
      if (missingUntil != null && now.isBefore(missingUntil)) {
        return null;
      }
      others = underWay.get(uri);
      if (others == null) {
        count(hosts, now);
        underWay.put(uri, own);
      }
    }
    if (others != null) {
      return await(others);
    }
    try {
      X509Certificate fetched = fetch(uri, now);
      synchronized (this) {
        // What was there before goes to the end of the line.
        kept.remove(uri);
        if (fetched != null) {
          kept.put(uri, new Kept(fetched, now.plus(KEPT)));
        }
      }
      own.complete(fetched);
      return fetched;
    } catch (RuntimeException | Error e) {
      own.completeExceptionally(e);
      throw e;
    } finally {
      synchronized (this) {
        underWay.remove(uri);
      }
    }
  }

  private static @Nullable X509Certificate await(
      CompletableFuture<@Nullable X509Certificate> others) {
    try {
      return others.join();
    } catch (CompletionException e) {
      throw new Unreachable(
          e.getCause() instanceof Unreachable why
              ? String.valueOf(why.getMessage())
              : "it could not be fetched");
    }
  }

  private void count(SnsHosts hosts, Instant now) {
    if (!now.isBefore(windowFrom.plus(WINDOW))) {
      windowFrom = now;
      allFetches = 0;
      fetches.clear();
    }
    int ofTopic = fetches.getOrDefault(hosts, 0);
    if (ofTopic >= FETCHES_OF_TOPIC_MAX
        || allFetches >= FETCHES_OF_ALL_MAX
        || (ofTopic == 0 && fetches.size() >= TOPICS_MAX)) {
      throw new Unreachable("too many certificates were asked for within a minute");
    }
    fetches.put(hosts, ofTopic + 1);
    allFetches++;
  }

  private @Nullable X509Certificate fetch(URI uri, Instant now) {
    return switch (http.call(HttpCall.get(uri, Map.of()).within(CALL_MAX))) {
      case HttpResult.Answered answer when answer.status() == 200 -> parse(answer.body(), now);
      case HttpResult.Answered answer when answer.status() >= 500 || answer.status() == 429 ->
          throw new Unreachable("the certificate's host answered " + answer.status());
      case HttpResult.Answered _ -> missing(uri, now);
      case HttpResult.NotSent(String why) -> throw new Unreachable(why);
      case HttpResult.MaybeSent(String why) -> throw new Unreachable(why);
      case HttpResult.TooLong(String why) -> throw new Unreachable(why);
    };
  }

  private synchronized @Nullable X509Certificate missing(URI uri, Instant now) {
    missing.remove(uri);
    missing.put(uri, now.plus(MISSING_KEPT));
    return null;
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
