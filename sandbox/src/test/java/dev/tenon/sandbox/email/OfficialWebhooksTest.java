package dev.tenon.sandbox.email;

import dev.tenon.sandbox.NodePackages;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Webhooks are registered with the providers' own clients, and verified by libraries that know
/// nothing of this sandbox: Svix and Resend, `@sendgrid/eventwebhook`, `sns-validator`.
class OfficialWebhooksTest {
  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(email.simulators(), SandboxSettings.defaults(InstantSource.system()));

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void postmarksClientMakesWebhooksThatTellEverything() {
    NodePackages.install("email").run("postmark-hooks.mjs", url("postmark"));
  }

  @Test
  void svixAndResendVerifyWhatResendSends() {
    NodePackages.install("email").run("resend-hooks.mjs", url("resend"));
  }

  @Test
  void sendGridsLibraryVerifiesItsBatches() {
    NodePackages.install("email").run("sendgrid-hooks.mjs", url("sendgrid"));
  }

  @Test
  void mailgunsClientMakesWebhooksThatAreSigned() {
    NodePackages.install("email")
        .run("mailgun-hooks.mjs", url("mailgun"), MailgunSimulator.SIGNING_KEY);
  }

  @Test
  void aValidatorOfSnsTrustsWhatSesSends() {
    NodePackages.install("email").run("ses-hooks.mjs", url("ses"), SesSimulator.SECRET_KEY);
  }

  private String url(String name) {
    return sandbox.url(name).toString();
  }
}
