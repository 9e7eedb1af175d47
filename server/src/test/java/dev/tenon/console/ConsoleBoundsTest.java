package dev.tenon.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.http.PublicUrl;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The console over more rows than anybody wants to wait for: pages look at a bounded part, and say
/// so.
final class ConsoleBoundsTest {
  private static final Pattern OLDER = Pattern.compile("href=\"([^\"]+)\" rel=\"next\"");

  private final ConsoleFixture fixture = new ConsoleFixture();
  private final ConsolePages pages =
      fixture.pages(PublicUrl.of(URI.create("http://127.0.0.1:8080")));
  private final TenantDirectory tenants = new TenantDirectory(fixture.database);

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void theOverviewCountsToAThousandAndSaysThatThereIsMore() {
    fixture.facts(fixture.tenant, "waiting", 1_500);
    fixture.facts(fixture.tenant, "dead", 1_001);
    String page = get("/overview");
    assertThat(page)
        .containsSubsequence(">Waiting<", "<dd>1,000+</dd>", ">Dead<", "<dd>1,001+</dd>")
        .containsSubsequence(">Unassigned<", "<dd>0</dd>");
  }

  @Test
  void aBusyHourIsWorkedOutFromItsBeginning() {
    Instant hour = fixture.clock.instant().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(3));
    // 4,000 in the first 40 minutes: 100 a minute, so about 6,000 in the hour.
    fixture.crowd(fixture.tenant, "invoice.paid", 4_000, hour, Duration.ofMillis(600));
    assertThat(get("/overview")).contains("at most about 6,000 an hour");
  }

  @Test
  void aSearchLooksThroughTenThousandAPageAndGoesOnWhereItStopped() {
    Instant first = fixture.clock.instant().minus(Duration.ofHours(20));
    fixture.crowd(fixture.tenant, "rare.kind", 1, first, Duration.ofSeconds(1));
    fixture.crowd(
        fixture.tenant,
        "invoice.paid",
        InboxSearchQueries.SCANNED_MAX + 5,
        first.plusSeconds(60),
        Duration.ofSeconds(1));

    String newest = get("/inbox?q=rare.kind");
    assertThat(newest).contains("Nothing matches so far", "Looked back to");
    String older = get("/inbox" + older(newest));
    assertThat(older).contains(">rare.kind</a>").doesNotContain("Looked back to");
    assertThat(get("/inbox?q=no.such")).contains("Looked back to");
    assertThat(get("/inbox?state=ignored")).contains("Looked back to");
  }

  @Test
  void rareStatesAreFoundHoweverFarBackTheyLie() {
    Instant now = fixture.clock.instant();
    fixture.received(
        fixture.tenant,
        "stripe",
        "customer.deleted",
        "cus_9",
        "dead",
        "",
        "{}",
        Duration.ofHours(30));
    fixture.received(
        fixture.tenant, "stripe", "very.old", "x", "waiting", "", "{}", Duration.ofHours(29));
    fixture.crowd(
        fixture.tenant,
        "invoice.paid",
        InboxSearchQueries.SCANNED_MAX + 5,
        now.minus(Duration.ofHours(20)),
        Duration.ofSeconds(1));

    assertThat(get("/inbox?state=dead")).contains("customer.deleted").doesNotContain("Looked back");
    assertThat(get("/inbox?state=dead&q=cus_9")).contains("customer.deleted");
    assertThat(get("/inbox?state=dead&q=cus_8")).contains("Nothing matches.");
    assertThat(get("/inbox?state=waiting")).contains("very.old").doesNotContain("Looked back");
  }

  @Test
  void tenantsAreFoundByNameSlugOrIdAmongMany() {
    fixture.tenants("Bakery", 3_000);
    assertThat(names("bakery 299", 20)).contains("Bakery 299", "Bakery 2999").hasSize(11);
    assertThat(names("BIRCH", 20)).containsExactly("Birch Clinic");
    assertThat(names("clinic", 20)).containsExactly("Birch Clinic");
    assertThat(names("acme", 20)).containsExactly("Acme & Söhne");
    assertThat(names("sÖhne", 20)).containsExactly("Acme & Söhne");
    assertThat(names(fixture.other.toString(), 20)).containsExactly("Birch Clinic");
    assertThat(names("%", 20)).isEmpty();
    assertThat(names("_", 20)).isEmpty();
    assertThat(names("", 12)).hasSize(12).startsWith("Acme & Söhne");
    assertThat(names("x".repeat(201), 20)).isEmpty();
    assertThat(
            fixture.plan(
                "select tenant_id, name from tenant where lower(name) like 'bakery 299%'"
                    + " order by lower(name) using ~<~, tenant_id limit 12"))
        .contains("tenant_name");
  }

  @Test
  void onlyWhoSeesEveryTenantIsOfferedOthers() {
    String all = get("/tenants?q=birch");
    assertThat(all).contains("Birch Clinic");
    String one = get("/overview", logIn(fixture.tenant));
    assertThat(one).doesNotContain("Birch Clinic").doesNotContain("Find a tenant");
    assertThat(get("/tenants?q=birch", logIn(fixture.tenant))).contains("Nothing is here");
  }

  @Test
  void aPageThatRefreshesItselfDoesNotKeepItsSessionAlive() {
    String forgotten = logIn(fixture.tenant);
    String used = logIn(fixture.tenant);
    Duration idle = ConsoleSessions.Limits.DEFAULT.idle();
    int looks = 8;
    for (int i = 1; i < looks; i++) {
      fixture.pass(idle.dividedBy(looks));
      assertThat(text(answer("/overview", forgotten, true))).contains("<h1>Overview</h1>");
      assertThat(text(answer("/overview", used, false))).contains("<h1>Overview</h1>");
    }
    fixture.pass(idle.dividedBy(looks));
    assertThat(text(answer("/overview", forgotten, true))).contains("You are not logged in");
    assertThat(text(answer("/overview", used, false))).contains("<h1>Overview</h1>");
  }

  private List<String> names(String text, int limit) {
    return tenants.search(text, limit).stream().map(NamedTenant::name).toList();
  }

  private String logIn(TenantId scope) {
    return fixture
        .sessions
        .open(fixture.sessions.createLogin(scope, "test").token().reveal())
        .orElseThrow()
        .cookie()
        .reveal();
  }

  private String get(String address) {
    return get(address, logIn(TenantId.PLATFORM));
  }

  private String get(String address, String cookie) {
    return text(answer(address, cookie, false));
  }

  private ConsoleAnswer answer(String address, String cookie, boolean live) {
    int question = address.indexOf('?');
    String path = question < 0 ? address : address.substring(0, question);
    String query = question < 0 ? "" : address.substring(question + 1);
    return pages.answer(
        new ConsoleRequest(
            "GET",
            Frame.base(fixture.tenant) + path,
            ConsoleRoutes.fields(query),
            Map.of(),
            Map.of(ConsoleCookies.SESSION, cookie),
            false,
            live));
  }

  private static String text(ConsoleAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String older(String page) {
    Matcher matcher = OLDER.matcher(page);
    assertThat(matcher.find()).isTrue();
    return matcher.group(1).replace("&amp;", "&");
  }
}
