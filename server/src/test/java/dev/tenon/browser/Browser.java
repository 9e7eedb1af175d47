package dev.tenon.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.NotFoundException;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A Chromium without a window, and what it has to complain about. It reaches this machine only.
///
/// Pages refresh themselves and are left while they are read, so nothing here hands out an element:
/// it could be gone before it is asked. Every read finds what it reads, and finds it again when it
/// went meanwhile. What leads to another page is done by [#leave] or [#follow], which return once
/// that page is there.
public final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
  private static final String AXE = axe();

  /// The rules of WCAG 2.2 AA and what the makers of axe hold for good practice.
  private static final String RUN_AXE =
      """
      const done = arguments[arguments.length - 1];
      axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        resultTypes: ["violations"], iframes: false
      }).then(
        (result) => done(result.violations.map((found) => found.id + ": " + found.help + " "
          + found.nodes.map((node) => node.target.join(" ") + " " + node.html.slice(0, 120)
            + " " + (node.any[0]?.message ?? "")).join("; "))),
        (problem) => done(["axe failed: " + problem]));
      """;

  private final ChromeDriver driver;

  /// What the system prefers.
  public enum Scheme {
    LIGHT,
    DARK
  }

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /// Starts one. Where there is no Chromium the test is skipped, with the reason in the report.
  public static Browser start() {
    Chromium found =
        Chromium.find(System.getenv())
            .orElseGet(
                () ->
                    Assumptions.abort(
                        "no Chromium with chromedriver: install both (apt-get install chromium"
                            + " chromium-driver), or set TENON_CHROMIUM and TENON_CHROMEDRIVER"));
    var options = new ChromeOptions();
    options.setBinary(found.program().toFile());
    options.addArguments(
        "--headless=new",
        // Containers and root have no sandbox of Chromium's; what is opened here is our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
    options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL", "performance", "ALL"));
    // With both paths given, Selenium has no reason to look for a driver, or to ask anyone for one.
    var service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(found.driver().toFile())
            .usingAnyFreePort()
            .build();
    var driver = new ChromeDriver(service, options);
    driver.manage().timeouts().scriptTimeout(PATIENCE);
    return new Browser(driver);
  }

  /// Sets the size of the page in CSS pixels.
  public Browser size(int width, int height) {
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    return this;
  }

  public Browser scheme(Scheme scheme) {
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of(
                    "name",
                    "prefers-color-scheme",
                    "value",
                    scheme == Scheme.DARK ? "dark" : "light"))));
    return this;
  }

  /// Switches scripts of pages off or on.
  public void scripts(boolean on) {
    cdp("Emulation.setScriptExecutionDisabled", Map.of("value", !on));
  }

  /// Lets pages use the clipboard, as a click of a person does.
  public void allowClipboard() {
    cdp(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
  }

  private void cdp(String command, Map<String, Object> parameters) {
    Map<String, Object> _ = driver.executeCdpCommand(command, parameters);
  }

  public Browser open(String url) {
    driver.get(url);
    return this;
  }

  /// The path and query that are open.
  public String address() {
    URI at = URI.create(String.valueOf(driver.getCurrentUrl()));
    return at.getRawQuery() == null ? at.getPath() : at.getPath() + "?" + at.getRawQuery();
  }

  /// What a person can read on the page.
  public String text() {
    return text("body");
  }

  /// What a person can read in the first of these elements.
  public String text(String css) {
    return read(() -> first(css).getText());
  }

  /// The same of each of them.
  public List<String> texts(String css) {
    return read(() -> all(css).stream().map(WebElement::getText).toList());
  }

  /// How many of these elements there are.
  public int count(String css) {
    return all(css).size();
  }

  /// An attribute of the first of these elements; null when it has none of that name.
  public @Nullable String attribute(String css, String name) {
    return read(() -> first(css).getAttribute(name));
  }

  /// Whether a person can see the first of these elements.
  public boolean isShown(String css) {
    return read(() -> first(css).isDisplayed());
  }

  private WebElement first(String css) {
    return driver.findElement(By.cssSelector(css));
  }

  private List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  /// The one place that reads elements. What went while it was read is looked for again, and what
  /// is not there yet is waited for.
  private <T extends @Nullable Object> T read(Supplier<T> look) {
    List<T> answer = new ArrayList<>(1);
    var _ =
        patient("to read")
            .until(
                _ -> {
                  answer.add(look.get());
                  return true;
                });
    return answer.getFirst();
  }

  /// Waits for what an element of a page that is changing or being left may refuse for a moment.
  private WebDriverWait patient(String what) {
    var wait = new WebDriverWait(driver, PATIENCE, BETWEEN_LOOKS);
    var _ =
        wait.withMessage(() -> what + "\n" + shown())
            .ignoreAll(
                List.of(
                    NotFoundException.class,
                    StaleElementReferenceException.class,
                    ElementNotInteractableException.class));
    return wait;
  }

  /// Address and text of the page for a message, or why there are none: a wait that failed has to
  /// say that it did, whatever else goes wrong.
  private String shown() {
    try {
      return "at " + driver.getCurrentUrl() + "\n" + first("body").getText();
    } catch (WebDriverException e) {
      return "(unreadable: " + e.getRawMessage() + ")";
    }
  }

  /// Presses the button or link with these words, as soon as it is there.
  public void press(String words) {
    click(called(words));
  }

  private static By called(String words) {
    return By.xpath(
        "//*[self::button or self::a or self::summary][normalize-space()='%s' or @aria-label='%s']"
            .formatted(words, words));
  }

  /// Clicks what is there first.
  public void click(String css) {
    click(By.cssSelector(css));
  }

  private void click(By what) {
    var _ =
        patient("to click: " + what)
            .until(
                _ -> {
                  driver.findElement(what).click();
                  return true;
                });
  }

  /// Presses what leads to another page, and waits until that is there.
  public void follow(String words) {
    leave(() -> press(words));
  }

  /// Does what leads to another page, and waits until that is there, be it at the same address.
  public void leave(Runnable act) {
    Object left = document();
    act.run();
    var _ =
        patient("to leave the page")
            // Between two pages there may be nothing that could answer.
            .ignoring(WebDriverException.class)
            .until(
                _ ->
                    !document().equals(left)
                        && script("return document.readyState;").equals("complete"));
  }

  /// When the page was asked for, which no two pages of a window share.
  private Object document() {
    return script("return String(performance.timeOrigin);");
  }

  public void keys(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /// Gives the first of these elements the focus.
  public void focus(String css) {
    Object _ = script("document.querySelector(arguments[0]).focus();", css);
  }

  /// The element that has the focus: its tag and what it is called.
  public String focused() {
    return String.valueOf(
        script(
            """
            const it = document.activeElement;
            return it.tagName.toLowerCase() + " " + (it.innerText || it.ariaLabel || it.name || "").trim();
            """));
  }

  /// Waits until the page shows these words.
  public void awaitText(String words) {
    awaitText("body", words);
  }

  /// Waits until the first of these elements shows these words.
  public void awaitText(String css, String words) {
    var _ = patient("waited for: " + words).until(_ -> first(css).getText().contains(words));
  }

  /// Waits until a value is the expected one.
  public void await(Supplier<@Nullable String> value, String expected) {
    var _ = patient("waited for " + expected).until(_ -> expected.equals(value.get()));
  }

  public Object script(String script, Object... arguments) {
    Object answer = driver.executeScript(script, arguments);
    return answer == null ? "" : answer;
  }

  /// Runs a script that calls its last argument when it is done.
  public Object scriptAsync(String script, Object... arguments) {
    Object answer = driver.executeAsyncScript(script, arguments);
    return answer == null ? "" : answer;
  }

  /// By how many pixels the page is wider than the window.
  public long overflow() {
    return (Long)
        script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth;");
  }

  /// What axe-core finds wrong with the page as it stands.
  public List<String> accessibility() {
    if (script("return typeof axe;").equals("undefined")) {
      Object _ = script(AXE);
    }
    List<String> found = new ArrayList<>();
    ((List<?>) scriptAsync(RUN_AXE)).forEach(each -> found.add(String.valueOf(each)));
    return found;
  }

  /// Errors and refusals in the browser's console, and requests to anywhere but this machine, since
  /// this was last asked.
  public List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get("browser")) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        complaints.add(entry.getMessage());
      }
    }
    for (LogEntry entry : driver.manage().logs().get("performance")) {
      JsonNode message = JsonMapper.shared().readTree(entry.getMessage()).path("message");
      if (message.path("method").asString("").equals("Network.requestWillBeSent")) {
        String url = message.path("params").path("request").path("url").asString("");
        if (!url.startsWith("http://127.0.0.1:") && !url.startsWith("data:")) {
          complaints.add("request to " + url);
        }
      }
    }
    return complaints;
  }

  /// Tabs once.
  public void tab() {
    keys(Keys.TAB);
  }

  private static String axe() {
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      if (in == null) {
        throw new IllegalStateException("axe.min.js is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
