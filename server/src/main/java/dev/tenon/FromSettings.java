package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.config.SenderText;
import dev.tenon.connector.http.Networks;
import dev.tenon.delivery.DeliveryWorkers;
import dev.tenon.email.MailDefaults;
import dev.tenon.http.HttpServer;
import dev.tenon.retention.KeptDays;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// What features want of the settings, in their own words.
final class FromSettings {
  private FromSettings() {}

  static MailDefaults mailDefaults(Config.Email email) {
    return new MailDefaults(
        email.sender().isEmpty() ? Optional.empty() : Optional.of(SenderText.parse(email.sender())),
        email.product(),
        email.help(),
        email.recipientsMax(),
        email.messageBytesMax());
  }

  static KeptDays kept(Config config) {
    Config.Retention days = config.retention();
    return new KeptDays(
        days.receivedDays(),
        days.dedupeDays(),
        days.messageDays(),
        days.eventDays(),
        days.jobDays(),
        days.stoppedDays());
  }

  static DeliveryWorkers.Limits deliveries(Config.Deliveries bounds) {
    return new DeliveryWorkers.Limits(
        bounds.calls(),
        bounds.callsPerEndpoint(),
        bounds.batchSizeMax(),
        Duration.ofSeconds(bounds.leaseSeconds()),
        Duration.ofMillis(bounds.pollMilliseconds()));
  }

  static HttpServer.Settings http(Config config, Optional<SSLContext> tls, InstantSource clock) {
    return new HttpServer.Settings(
        config.server().host(),
        config.server().port(),
        Duration.ofSeconds(config.server().stopSecondsMax()),
        tls,
        Networks.parse(config.server().trustedProxies()),
        Optional.of(
            new HttpServer.KeyLimit(
                config.limits().keyRequestsPerSecond(), config.limits().keyBurst(), clock)),
        config.server().bodiesBytesMax());
  }
}
