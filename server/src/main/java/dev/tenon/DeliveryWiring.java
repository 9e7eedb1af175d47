package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.CallObserver;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.delivery.Deliveries;
import dev.tenon.delivery.DeliveryWorkers;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.Events;
import dev.tenon.work.Jobs;

/// Events on their way out: the endpoints that listen, and the workers that call them. They have an
/// HTTP client of their own, so that slow receivers take nothing from calls to providers.
record DeliveryWiring(
    ApacheProviderHttp http, Endpoints endpoints, DeliveryWorkers workers, Deliveries deliveries) {

  static DeliveryWiring of(
      Config.Deliveries settings,
      Foundation base,
      EgressPolicy egress,
      Signals signals,
      Events events,
      Jobs jobs) {
    var http =
        new ApacheProviderHttp(
            egress, ApacheProviderHttp.Limits.webhooks(settings.calls()), CallObserver.NONE);
    var endpoints =
        new Endpoints(
            base.database(),
            base.vault(),
            events,
            base.ids(),
            base.clock(),
            signals.eventsTold()::raise);
    var workers =
        new DeliveryWorkers(
            base.database(),
            endpoints,
            http,
            events,
            signals.eventsTold(),
            base.clock(),
            FromSettings.deliveries(settings),
            base.meters());
    var deliveries =
        new Deliveries(base.database(), signals.eventsTold(), jobs, base.ids(), base.clock());
    return new DeliveryWiring(http, endpoints, workers, deliveries);
  }
}
