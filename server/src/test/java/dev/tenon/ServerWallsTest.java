package dev.tenon;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Keeps the server in the shape that ARCHITECTURE.md draws. Each rule names what to do instead.
class ServerWallsTest {
  private static final String ROOT = "dev.tenon";
  private static final Path SOURCES = Path.of("src/main/java");

  private static final JavaClasses CLASSES = ServerClasses.ALL;

  /// The words that every package speaks: whose data, who calls, what they may. They are nouns
  /// without behaviour, so that they are used upwards is no cycle (decision 0017).
  private static final Set<String> WORDS =
      Set.of(
          "dev.tenon.tenant.TenantId",
          "dev.tenon.access.Caller",
          "dev.tenon.access.ApiKeyId",
          "dev.tenon.access.Scope");

  /// Classes with SQL or JDBC that are no stores, each with its reason.
  private static final Set<String> SPEAKS_SQL =
      Set.of(
          // The conditions of the lists of payments, for the statements of several queries.
          "dev.tenon.payment.ListFilter",
          // Waits for commits and retries deadlocks, which is told by SQLException.
          "dev.tenon.inbox.InboxWriter",
          // Maps rows of its store beside the record that they make.
          "dev.tenon.email.AttemptRow",
          // Reads through the query of its routes; moves out with the routes for replay.
          "dev.tenon.inbox.ReceivedEventRoutes",
          // The part that the stores of two features share.
          "dev.tenon.replay.ReplayRows",
          // One statement each, which is all that they are.
          "dev.tenon.event.Events",
          "dev.tenon.payment.PlatformObjects",
          // Each of these is a store or queries by another name; call it so when it is touched.
          "dev.tenon.payment.AllowedPrices",
          "dev.tenon.payment.PaymentMails",
          "dev.tenon.payment.PaymentViews",
          "dev.tenon.payment.RowSaver",
          // Plants what no service makes yet.
          "dev.tenon.cli.DevSeed",
          // Tells a unique violation and a pool without connections from other failures.
          "dev.tenon.tenant.Tenants",
          "dev.tenon.http.Dispatcher");

  private static String feature(JavaClass type) {
    String rest =
        type.getPackageName().substring(Math.min(type.getPackageName().length(), ROOT.length()));
    return rest.isEmpty() ? "" : rest.substring(1).split("\\.", -1)[0];
  }

  private static boolean ours(JavaClass type) {
    return type.getPackageName().startsWith(ROOT)
        && !type.getPackageName().startsWith(ROOT + ".connector")
        && !type.getPackageName().startsWith(ROOT + ".sandbox");
  }

  private static String topLevel(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  private static boolean ends(JavaClass type, String... endings) {
    return Stream.of(endings).anyMatch(topLevel(type)::endsWith);
  }

  @Test
  void storesAndRoutesStayInTheirFeature() {
    noClasses()
        .should(
            dependOn(
                "a store, queries or routes of another feature",
                (from, to) ->
                    ours(to)
                        && (ends(to, "Store", "Queries")
                            || (ends(to, "Routes")
                                && !topLevel(to).equals("dev.tenon.http.Routes")))
                        && !feature(from).equals(feature(to))
                        // The composition root declares the routes.
                        && !(feature(from).isEmpty() && ends(to, "Routes"))
                        // The command that starts it tells the address of the console's log-in.
                        && !(topLevel(from).equals("dev.tenon.cli.Dev")
                            && topLevel(to).equals("dev.tenon.console.ConsoleRoutes"))))
        .because("features meet through services and records; ask the service")
        .check(CLASSES);
  }

  @Test
  void onlyTheEdgeKnowsTheWebServer() {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "are neither http nor routes",
                type -> !feature(type).equals("http") && !ends(type, "Routes")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.helidon..")
        .because("the web server can be replaced; use Request and Routes")
        .check(CLASSES);
  }

  @Test
  void onlyStoresSpeakSql() {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "are neither db, stores nor queries",
                type ->
                    !feature(type).equals("db")
                        && !ends(type, "Store", "Queries")
                        && !SPEAKS_SQL.contains(topLevel(type))))
        .should(
            dependOn(
                "JDBC or Jdbi's statements",
                (_, to) ->
                    to.getPackageName().startsWith("java.sql")
                        || to.getPackageName().startsWith("org.jdbi.v3.core.statement")
                        || to.getPackageName().startsWith("org.jdbi.v3.core.result")))
        .because("SQL stands in the feature's *Store or *Queries")
        .check(CLASSES);
  }

  @Test
  void featuresFormNoCycle() {
    slices()
        .matching("dev.tenon.(*)..")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(
            DescribedPredicate.alwaysTrue(),
            DescribedPredicate.describe("a common word", to -> WORDS.contains(topLevel(to))))
        .because(
            "a feature that needs another's noun takes it as a parameter or an interface of its own")
        .check(CLASSES);
  }

  @Test
  void theCommonWordsKnowNothingElse() {
    for (String word : WORDS) {
      for (Dependency dependency : CLASSES.get(word).getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        assertThat(
                !ours(target) || feature(target).equals("id") || WORDS.contains(topLevel(target)))
            .as("%s uses %s", word, target.getName())
            .isTrue();
      }
    }
  }

  @Test
  void noPackageIsADrawer() {
    noClasses()
        .should()
        .resideInAnyPackage(
            "..util..",
            "..utils..",
            "..common..",
            "..impl..",
            "..dto..",
            "..model..",
            "..manager..",
            "..helper..",
            "..misc..")
        .because("such a name says nothing of the product; name the feature")
        .check(CLASSES);
  }

  @Test
  void timeComesFromTheClockThatWasGiven() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.tenon.cli")
        .should()
        .callMethod(InstantSource.class, "system")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Clock.class, "systemDefaultZone")
        .because("tests move time; take an InstantSource as a parameter")
        .check(CLASSES);
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(LocalDate.class, "now")
        .orShould()
        .callMethod(LocalDateTime.class, "now")
        .orShould()
        .callMethod(OffsetDateTime.class, "now")
        .orShould()
        .callMethod(ZonedDateTime.class, "now")
        .because("tests move time; ask the InstantSource that the composition root hands round")
        .check(CLASSES);
  }

  @Test
  void noStatementAsksTheDatabaseForTheTime() throws IOException {
    Pattern clock =
        Pattern.compile(
            "\\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\\s*\\(|"
                + "\\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\\b",
            Pattern.CASE_INSENSITIVE);
    Pattern literals =
        Pattern.compile("\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"", Pattern.DOTALL);
    List<String> found = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(SOURCES)) {
      files = all.filter(file -> file.toString().endsWith(".java")).toList();
    }
    assertThat(files).hasSizeGreaterThan(100);
    for (Path file : files) {
      Matcher literal = literals.matcher(Files.readString(file));
      while (literal.find()) {
        if (clock.matcher(literal.group()).find()) {
          found.add(SOURCES.relativize(file) + ": " + literal.group().strip());
        }
      }
    }
    assertThat(found).as("statements with a clock of their own; bind the time instead").isEmpty();
  }

  @FunctionalInterface
  private interface Between {
    boolean test(JavaClass from, JavaClass to);
  }

  private static ArchCondition<JavaClass> dependOn(String what, Between between) {
    return new ArchCondition<>("depend on " + what) {
      @Override
      public void check(JavaClass from, ConditionEvents events) {
        for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
          if (between.test(from, dependency.getTargetClass().getBaseComponentType())) {
            events.add(SimpleConditionEvent.satisfied(dependency, dependency.getDescription()));
          }
        }
      }
    };
  }
}
