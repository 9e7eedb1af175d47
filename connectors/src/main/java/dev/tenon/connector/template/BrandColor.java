package dev.tenon.connector.template;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A tenant's colour behind white button text. It must be readable: WCAG 2.2 AA asks for 4.5 : 1.
final class BrandColor {
  private static final Pattern HEX = Pattern.compile("#[0-9a-fA-F]{6}");
  private static final double CONTRAST_MIN = 4.5;
  private static final double DARK_CONTRAST_MIN = 5.5;
  private static final int DARK_SHEET = 0x211e1b;

  private BrandColor() {}

  /// Checks the value of a variable that is a colour, since it stands in a style, where HTML
  /// escaping doesn't help.
  static void check(String template, String variable, @Nullable Object value) {
    String color = checkForm(template, variable, value);
    double contrast = contrastWithWhite(color);
    if (contrast < CONTRAST_MIN) {
      throw new TemplateException(
          template,
          variable,
          "white text on '%s' (%s) has a contrast of %.1f : 1; choose a darker one, 4.5 : 1 or more"
              .formatted(variable, color, contrast));
    }
  }

  /// Checks that it is a colour, dark or light.
  static String checkForm(String template, String variable, @Nullable Object value) {
    if (!(value instanceof String color) || !HEX.matcher(color).matches()) {
      throw new TemplateException(
          template, variable, "the variable '%s' must be like #1e40af".formatted(variable));
    }
    return color;
  }

  /// What is wrong with a colour behind white text; empty when nothing is.
  static Optional<String> problem(String color) {
    try {
      check("layout", "brand_color", color);
      return Optional.empty();
    } catch (TemplateException e) {
      return Optional.of(String.valueOf(e.getMessage()).replaceFirst("^template 'layout': ", ""));
    }
  }

  /// The same colour as light as text on the dark sheet must be, mixed with white in steps.
  static String onDark(String hex) {
    int rgb = Integer.parseInt(hex.substring(1), 16);
    for (int white = 0; white <= 100; white += 5) {
      int mixed = 0;
      for (int shift = 16; shift >= 0; shift -= 8) {
        int channel = rgb >> shift & 0xff;
        mixed |= (channel + (255 - channel) * white / 100) << shift;
      }
      if ((luminance(mixed) + 0.05) / (luminance(DARK_SHEET) + 0.05) >= DARK_CONTRAST_MIN) {
        return "#%06x".formatted(mixed);
      }
    }
    return "#ffffff";
  }

  /// WCAG 2.2, "contrast ratio".
  static double contrastWithWhite(String hex) {
    return 1.05 / (luminance(Integer.parseInt(hex.substring(1), 16)) + 0.05);
  }

  private static double luminance(int rgb) {
    return 0.2126 * linear(rgb >> 16 & 0xff)
        + 0.7152 * linear(rgb >> 8 & 0xff)
        + 0.0722 * linear(rgb & 0xff);
  }

  private static double linear(int channel) {
    double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }
}
