import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tenon.client.webhook.TenonEvent;
import dev.tenon.client.webhook.WebhookRefused;
import dev.tenon.client.webhook.WebhookVerifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/// Hears events with nothing but the JDK and tenon-client.
class Receiver {
  static final int BODY_MAX = 1 << 20;

  static final WebhookVerifier VERIFIER =
      WebhookVerifier.of(System.getenv("TENON_WEBHOOK_SECRET").split(","));

  /// Belongs into your database: events come at least once.
  static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/hooks", Receiver::receive);
    server.start();
    System.out.println("listening on http://127.0.0.1:" + server.getAddress().getPort() + "/hooks");
  }

  static void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status(exchange), -1);
    }
  }

  static int status(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(BODY_MAX + 1);
    if (body.length > BODY_MAX) {
      return 413;
    }
    try {
      TenonEvent event = VERIFIER.verify(body, exchange.getRequestHeaders());
      if (SEEN.add(event.id())) {
        handle(event);
      }
      return 204;
    } catch (WebhookRefused refused) {
      System.out.println("refused: " + refused.getMessage());
      return refused.status();
    }
  }

  static void handle(TenonEvent event) {
    switch (event) {
      case TenonEvent.SubscriptionActivated activated ->
          System.out.println(event.id() + " opens " + activated.data().price());
      default -> System.out.println(event.id() + " " + event.type());
    }
  }
}
