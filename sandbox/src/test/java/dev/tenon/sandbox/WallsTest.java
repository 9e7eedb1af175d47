package dev.tenon.sandbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// The walls of the sandbox.
class WallsTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.tenon.sandbox");

  /// Two sides written from the protocol: one mistake must not hide in both.
  @Test
  void knowsNothingOfTheConnectorsOrTheServer() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.tenon.connector..", "dev.tenon.server..", "com.stripe..")
        .check(classes);
  }

  /// The core serves every simulator; only the entry names them.
  @Test
  void keepsTheCoreFreeOfSimulators() {
    noClasses()
        .that()
        .resideInAPackage("dev.tenon.sandbox")
        .and()
        .doNotHaveSimpleName("SandboxMain")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.tenon.sandbox.*..")
        .check(classes);
  }

  @Test
  void takesTheTimeFromItsClock() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .check(classes);
  }
}
