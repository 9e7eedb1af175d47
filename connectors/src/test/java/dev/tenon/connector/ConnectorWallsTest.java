package dev.tenon.connector;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

/// Keeps the library what it is: usable alone, its time given from outside, one way out to the
/// network. Each rule names what to do instead.
class ConnectorWallsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.tenon.connector");

  @Test
  void knowsNothingOfTheServerOrTheSandbox() {
    noClasses()
        .should()
        .dependOnClassesThat(outsideTheConnectors())
        .because("connectors work alone; give them what they need as a parameter")
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> outsideTheConnectors() {
    return DescribedPredicate.describe(
        "are Tenon's own but not connectors",
        type ->
            type.getPackageName().startsWith("dev.tenon")
                && !type.getPackageName().startsWith("dev.tenon.connector"));
  }

  @Test
  void readsNoClockOfItsOwn() {
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
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Clock.class, "systemDefaultZone")
        .orShould()
        .callMethod(InstantSource.class, "system")
        .because("tests move time; take an Instant or an InstantSource as a parameter")
        .check(CLASSES);
  }

  @Test
  void leavesForTheNetworkThroughOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.tenon.connector.http")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.hc..", "java.net.http..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.net.HttpURLConnection")
        .because("the egress policy and the bounds stand there; call through ProviderHttp")
        .check(CLASSES);
  }

  @Test
  void touchesStripesLibraryInOnePackage() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.tenon.connector.stripe")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.stripe..")
        .because("the rest speaks of Tenon's own records")
        .check(CLASSES);
  }
}
