package dev.tenon.tenant;

import dev.tenon.access.Scope;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants`.
public final class TenantRoutes {
  private static final int NAME_CHARS_MAX = 200;
  private static final Pattern SLUG = Pattern.compile("[a-z0-9](?:-?[a-z0-9]){0,62}");

  private final Tenants tenants;

  private TenantRoutes(Tenants tenants) {
    this.tenants = tenants;
  }

  public static void declare(Routes routes, Tenants tenants) {
    var here = new TenantRoutes(tenants);
    routes
        .post(
            "/v1/tenants",
            Scope.TENANTS_WRITE,
            CreateTenant.class,
            TenantView.class,
            "Create a tenant",
            here::create)
        .repeatable();
    routes.list(
        "/v1/tenants", Scope.TENANTS_READ, TenantView.class, "List the tenants", here::list);
    routes
        .get(
            "/v1/tenants/{tenant}", Scope.TENANTS_READ, TenantView.class, "Get a tenant", here::get)
        .tagged(TenantView.class);
  }

  /// A tenant that is to be made.
  public record CreateTenant(
      @About("What people call it; 1 to 200 characters.") String name,
      @About(
              "A name for URLs, unique: lower-case letters, digits and single dashes between them, at"
                  + " most 63.")
          @Nullable String slug) {}

  /// A tenant in the API.
  public record TenantView(
      String id, String name, @Nullable String slug, Tenant.State state, Instant createdAt) {}

  private TenantView create(Request request, CreateTenant body) {
    if (!request.caller().platform()) {
      throw new ProblemException(ProblemCode.ACCESS_PLATFORM_ONLY);
    }
    String name = body.name().strip();
    if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
      throw ProblemException.invalidField("name", "`name` has 1 to 200 characters.");
    }
    if (body.slug() != null
        && (body.slug().length() > 63 || !SLUG.matcher(body.slug()).matches())) {
      throw ProblemException.invalidField(
          "slug",
          "`slug` has lower-case letters, digits and single dashes between them, at most 63.");
    }
    Optional<String> slug = Optional.ofNullable(body.slug());
    Tenants.Creation made =
        request
            .effect()
            .map(id -> tenants.create(new TenantId(id), name, slug))
            .orElseGet(() -> tenants.create(name, slug));
    return switch (made) {
      case Tenants.Creation.Created created -> view(created.tenant());
      case Tenants.Creation.SlugTaken _ ->
          throw new ProblemException(
              ProblemCode.TENANT_SLUG_TAKEN, "Another tenant has this slug.", "slug");
    };
  }

  /// A tenant's own key sees the one tenant that exists for it.
  private Page<TenantView> list(Request request) {
    Page.Ask ask = request.page();
    List<Tenant> rows =
        request.caller().platform()
            ? tenants.list(ask.before(), ask.rows())
            : tenants.find(request.caller().tenant()).stream()
                .filter(
                    tenant ->
                        ask.before().map(b -> tenant.id().uuid().compareTo(b) < 0).orElse(true))
                .toList();
    return Page.of(ask, rows, tenant -> tenant.id().uuid(), TenantRoutes::view);
  }

  private TenantView get(Request request) {
    return tenants
        .find(request.tenant())
        .map(TenantRoutes::view)
        .orElseThrow(ProblemException::notFound);
  }

  private static TenantView view(Tenant tenant) {
    return new TenantView(
        tenant.id().toString(),
        tenant.name(),
        tenant.slug().orElse(null),
        tenant.state(),
        tenant.createdAt());
  }
}
