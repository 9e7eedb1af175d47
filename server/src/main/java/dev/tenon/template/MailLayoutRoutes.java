package dev.tenon.template;

import dev.tenon.access.Scope;
import dev.tenon.connector.template.Language;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/mail-layout`.
final class MailLayoutRoutes {
  private final Database database;
  private final Templates templates;

  private MailLayoutRoutes(Database database, Templates templates) {
    this.database = database;
    this.templates = templates;
  }

  static void declare(Routes routes, Database database, Templates templates) {
    var here = new MailLayoutRoutes(database, templates);
    String path = "/v1/tenants/{tenant}/mail-layout";
    routes
        .get(
            path,
            Scope.EMAIL_READ,
            MailLayoutView.class,
            "Show what stands around the mails",
            here::get)
        .answersHeader("ETag", TemplateDraftRoutes.TAG);
    routes
        .put(
            path,
            Scope.EMAIL_WRITE,
            ReplaceMailLayout.class,
            MailLayoutView.class,
            "Replace what stands around the mails",
            here::put)
        .header(
            "If-Match", "The `ETag` of what it is to replace; answered 412 where it has changed.")
        .answersHeader("ETag", TemplateDraftRoutes.TAG);
  }

  /// What stands around the tenant's mails; null where nothing was said.
  public record MailLayoutView(
      @Nullable String product,
      @Nullable String logoUrl,
      @Nullable String brandColor,
      @Nullable String supportEmail,
      @Nullable String supportUrl,
      @Nullable String postalAddress,
      String language,
      long revision) {}

  /// What is to stand around the tenant's mails.
  public record ReplaceMailLayout(
      @About("What mails call the product; what the sender says where it is left out.")
          @Nullable String product,
      @About("An https address of a picture; it is shown 32 pixels high.") @Nullable String logoUrl,
      @About("Buttons and links, such as `#1e40af`; white text on it must have a contrast of 4.5.")
          @Nullable String brandColor,
      @Nullable String supportEmail,
      @About("An https address.") @Nullable String supportUrl,
      @About("In one line.") @Nullable String postalAddress,
      @About("Of mails that no language is chosen for; `en` where it is left out.")
          @Nullable String language) {}

  private MailLayoutView get(Request request) {
    return tagged(request, database.asTenant(request.tenant(), templates::storedBrand));
  }

  private static MailLayoutView tagged(Request request, Brand brand) {
    request.set("ETag", "\"%d\"".formatted(brand.revision()));
    return view(brand);
  }

  private MailLayoutView put(Request request, ReplaceMailLayout body) {
    Brand brand =
        BrandCheck.read(
            new Brand(
                text(body.product()),
                text(body.logoUrl()),
                text(body.brandColor()),
                text(body.supportEmail()),
                text(body.supportUrl()),
                text(body.postalAddress()),
                body.language() == null ? Language.LAST : body.language(),
                0),
            (field, problem) -> {
              throw ProblemException.invalidField(field, problem);
            });
    Optional<Long> expected = TemplateDraftRoutes.tag(request, "If-Match");
    return tagged(
        request,
        database
            .asTenant(request.tenant(), tx -> templates.putBrand(tx, brand, expected))
            .orElseThrow(
                () ->
                    new ProblemException(
                        ProblemCode.REQUEST_PRECONDITION_FAILED,
                        "The layout has been changed since.",
                        "If-Match")));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value.strip();
  }

  private static MailLayoutView view(Brand brand) {
    return new MailLayoutView(
        orNull(brand.product()),
        orNull(brand.logoUrl()),
        orNull(brand.brandColor()),
        orNull(brand.supportEmail()),
        orNull(brand.supportUrl()),
        orNull(brand.postalAddress()),
        brand.language(),
        brand.revision());
  }

  private static @Nullable String orNull(String value) {
    return value.isEmpty() ? null : value;
  }
}
