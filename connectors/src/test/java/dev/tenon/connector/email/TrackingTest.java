package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.mailgun.MailgunEmail;
import dev.tenon.connector.email.postmark.PostmarkEmail;
import dev.tenon.connector.email.sendgrid.SendGridEmail;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Mails are tracked only in the streams that somebody named.
class TrackingTest {
  private static final URI BASE = URI.create("http://127.0.0.1:1");
  private static final Tracking NEWS = new Tracking(Set.of("broadcast"), Set.of("broadcast"));
  private final Sink sink = new Sink();

  private static final class Sink implements ProviderHttp {
    private final List<String> bodies = new ArrayList<>();

    @Override
    public HttpResult call(HttpCall call) {
      bodies.add(new String(call.body(), StandardCharsets.UTF_8));
      return new HttpResult.NotSent("it is only looked at");
    }

    @Override
    public void close() {}
  }

  private String sent(EmailProvider provider, String stream) {
    sink.bodies.clear();
    var _ =
        provider.send(
            EmailMessage.builder("msg_1")
                .from(EmailAddress.of("a@acme.test"))
                .to(EmailAddress.of("b@shop.test"))
                .subject("s")
                .html("<a href=\"https://acme.test\">x</a>")
                .stream(stream)
                .build(),
            "key");
    return sink.bodies.getFirst();
  }

  @Test
  void postmarkTracksTheStreamsThatAreNamed() {
    var all = Map.of("outbound", "outbound", "broadcast", "broadcast");
    var provider = new PostmarkEmail(sink, BASE, Secret.of("t"), all, Set.of("broadcast"), NEWS);
    assertThat(sent(provider, "broadcast"))
        .contains("\"TrackOpens\":true", "\"TrackLinks\":\"HtmlOnly\"");
    assertThat(sent(provider, "outbound"))
        .contains("\"TrackOpens\":false", "\"TrackLinks\":\"None\"");
  }

  @Test
  void sendGridTracksTheStreamsThatAreNamed() {
    var options = new SendGridEmail.Options(SendGridEmail.Options.DEFAULTS.ipPools(), false, NEWS);
    var provider = new SendGridEmail(sink, BASE, Secret.of("SG.t"), options);
    assertThat(sent(provider, "broadcast"))
        .contains("\"click_tracking\":{\"enable\":true", "\"open_tracking\":{\"enable\":true");
    assertThat(sent(provider, "outbound"))
        .contains("\"click_tracking\":{\"enable\":false", "\"open_tracking\":{\"enable\":false");
  }

  @Test
  void mailgunTracksTheStreamsThatAreNamed() {
    var domains = Map.of("outbound", "mg.acme.test", "broadcast", "mg.acme.test");
    var provider =
        new MailgunEmail(
            sink, BASE, Secret.of("t"), new MailgunEmail.Options(domains, false, NEWS));
    assertThat(sent(provider, "broadcast"))
        .containsPattern("o:tracking-opens\"[\\s\\S]{1,20}yes")
        .containsPattern("o:tracking-clicks\"[\\s\\S]{1,20}htmlonly");
    assertThat(sent(provider, "outbound"))
        .containsPattern("o:tracking\"[\\s\\S]{1,20}no")
        .doesNotContain("htmlonly");
  }
}
