package dev.tenon.spring;

import dev.tenon.client.webhook.TenonEvent;
import dev.tenon.client.webhook.WebhookRefused;
import dev.tenon.client.webhook.WebhookVerifier;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.web.HttpRequestHandler;

/// Takes webhooks in: 204 once all handlers are through, 400 for what is no event, 401 for what
/// Tenon did not sign, or not now, 405 for anything but POST, 413 for too long a body, and 500 when
/// a handler failed, so that Tenon sends it again.
final class TenonWebhookEndpoint implements HttpRequestHandler {
  private static final Log LOG = LogFactory.getLog(TenonWebhookEndpoint.class);

  private final WebhookVerifier verifier;
  private final EventHandlers handlers;
  private final OncePerEvent once;
  private final int bytesMax;

  TenonWebhookEndpoint(
      WebhookVerifier verifier, EventHandlers handlers, OncePerEvent once, int bytesMax) {
    this.verifier = verifier;
    this.handlers = handlers;
    this.once = once;
    this.bytesMax = bytesMax;
  }

  @Override
  public void handleRequest(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setStatus(status(request, response));
  }

  private int status(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (!request.getMethod().equals("POST")) {
      response.setHeader("Allow", "POST");
      return HttpServletResponse.SC_METHOD_NOT_ALLOWED;
    }
    byte[] body = request.getInputStream().readNBytes(bytesMax + 1);
    if (body.length > bytesMax) {
      return HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE;
    }
    TenonEvent event;
    try {
      event = verifier.verify(body, request::getHeader);
    } catch (WebhookRefused refused) {
      LOG.warn("refused a webhook: " + refused.getMessage());
      return refused.status();
    }
    try {
      once.handle(event, () -> handle(event));
      return HttpServletResponse.SC_NO_CONTENT;
    } catch (RuntimeException e) {
      LOG.error("a handler of %s failed; Tenon sends it again".formatted(event.head()), e);
      return HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
    }
  }

  private void handle(TenonEvent event) {
    if (handlers.handle(event) == 0) {
      LOG.info("no handler takes " + event.head());
    }
  }
}
