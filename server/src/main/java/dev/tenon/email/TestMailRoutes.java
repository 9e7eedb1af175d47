package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.email.MessageViews.MessageView;
import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.template.Previews;
import dev.tenon.template.TemplateProblems;
import dev.tenon.work.Jobs;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `POST /v1/tenants/{tenant}/templates/{template}/test`: a template on its way to somebody who
/// looks at it in a real mailbox.
public final class TestMailRoutes {
  private final MessageQueries queries = new MessageQueries();
  private final Database database;
  private final TestMails mails;
  private final Jobs jobs;

  private TestMailRoutes(Database database, TestMails mails, Jobs jobs) {
    this.database = database;
    this.mails = mails;
    this.jobs = jobs;
  }

  public static void declare(Routes routes, Database database, TestMails mails, Jobs jobs) {
    var here = new TestMailRoutes(database, mails, jobs);
    routes
        .post(
            "/v1/tenants/{tenant}/templates/{template}/test",
            Scope.EMAIL_WRITE,
            SendTest.class,
            MessageView.class,
            "Send a test of a template",
            here::send)
        .answers(202)
        .repeatable();
  }

  /// A test to send. It goes the way of every message, with `[Test]` before its subject and the
  /// template's name as `tenon_test` in its metadata.
  public record SendTest(
      @About("`ada@example.org` or `Ada <ada@example.org>`.") String to,
      @About("The tenant's where it is left out.") @Nullable String language,
      @About("The variables' values; their samples where it is left out.")
          @Nullable Map<String, Object> data,
      @About("Whether stored drafts go before what is published.") @Nullable Boolean draft) {}

  private MessageView send(Request request, SendTest body) {
    String name = request.path("template");
    if (!Template.isName(name)) {
      throw ProblemException.notFound();
    }
    var wanted =
        new Previews.Wanted(
            SendMessage.language(body.language()),
            null,
            Boolean.TRUE.equals(body.draft()),
            Optional.empty(),
            body.data());
    var to = Addresses.read("to", body.to());
    try {
      UUID id =
          database
              .asTenant(
                  request.tenant(),
                  tx -> mails.send(tx, request.effect().orElse(null), name, wanted, to))
              .orElseThrow(ProblemException::notFound);
      jobs.announce();
      return database
          .asTenant(request.tenant(), tx -> queries.find(tx, id))
          .orElseThrow(ProblemException::notFound);
    } catch (TemplateException e) {
      throw TemplateProblems.of(e, "template");
    } catch (InvalidEmailException e) {
      throw ProblemException.invalidField(e.field(), String.valueOf(e.getMessage()));
    } catch (Messages.NoSenderException e) {
      throw ProblemException.invalidField("from", e.getMessage() + "; create one at …/senders.");
    }
  }
}
