package dev.tenon.browser;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where Chromium and the driver that steers it are on this machine. Nothing is ever downloaded.
///
/// @param program the browser
/// @param driver its chromedriver
public record Chromium(Path program, Path driver) {
  private static final List<String> PROGRAMS =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");
  private static final List<String> USUAL =
      List.of(
          "/usr/bin",
          "/usr/local/bin",
          "/usr/lib/chromium",
          "/usr/lib/chromium-browser",
          "/snap/bin",
          "/opt/homebrew/bin",
          "/Applications/Google Chrome.app/Contents/MacOS",
          "/Applications/Chromium.app/Contents/MacOS");

  /// Looks at `TENON_CHROMIUM` and `TENON_CHROMEDRIVER`, then along the `PATH`, then in the usual
  /// places.
  public static Optional<Chromium> find(Map<String, String> environment) {
    List<String> macNames = List.of("Google Chrome", "Chromium");
    List<String> programs = new ArrayList<>(PROGRAMS);
    programs.addAll(macNames);
    Optional<Path> program = named(environment, "TENON_CHROMIUM", programs);
    Optional<Path> driver =
        named(environment, "TENON_CHROMEDRIVER", List.of("chromedriver", "chromium.chromedriver"));
    return program.flatMap(found -> driver.map(with -> new Chromium(found, with)));
  }

  private static Optional<Path> named(
      Map<String, String> environment, String variable, List<String> names) {
    String given = environment.getOrDefault(variable, "");
    if (!given.isEmpty()) {
      // A wrong setting is passed over by nothing: the test then says that it can't be started.
      return Optional.of(Path.of(given));
    }
    List<String> folders =
        new ArrayList<>(List.of(environment.getOrDefault("PATH", "").split(":")));
    folders.addAll(USUAL);
    return names.stream()
        .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
